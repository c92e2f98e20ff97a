CREATE TABLE "counters" (
	"name" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "encoders" (
	"id" smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "encoders_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 START WITH 1 CACHE 1),
	"fingerprint" text NOT NULL,
	"dimension" integer NOT NULL,
	"served_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" text NOT NULL,
	"user_id" text NOT NULL,
	"item_id" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"value" double precision,
	"impression_id" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "forgotten_events" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"item_id" text NOT NULL,
	"type" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"value" double precision,
	"forgotten_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "impressions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text,
	"session" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"basis" text NOT NULL,
	"arm" text NOT NULL,
	"model_version" text NOT NULL,
	"placement" text,
	"shown" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "item_vectors" (
	"encoder_id" smallint NOT NULL,
	"item_id" text NOT NULL,
	"embedding" vector NOT NULL,
	CONSTRAINT "item_vectors_encoder_id_item_id_pk" PRIMARY KEY("encoder_id","item_id")
);
--> statement-breakpoint
CREATE TABLE "items" (
	"id" text PRIMARY KEY NOT NULL,
	"body" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "item_vectors" ADD CONSTRAINT "item_vectors_encoder_id_encoders_id_fk" FOREIGN KEY ("encoder_id") REFERENCES "public"."encoders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "item_vectors" ADD CONSTRAINT "item_vectors_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "encoders_fingerprint" ON "encoders" USING btree ("fingerprint");--> statement-breakpoint
CREATE UNIQUE INDEX "events_id" ON "events" USING btree ("id");--> statement-breakpoint
CREATE INDEX "events_committed" ON "events" USING btree ("transaction","sequence");--> statement-breakpoint
CREATE INDEX "events_user" ON "events" USING btree ("user_id","at" DESC NULLS LAST,"sequence" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "events_impression" ON "events" USING btree ("impression_id") WHERE impression_id is not null;--> statement-breakpoint
CREATE INDEX "forgotten_events_committed" ON "forgotten_events" USING btree ("transaction","sequence");--> statement-breakpoint
CREATE INDEX "impressions_user" ON "impressions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "impressions_at" ON "impressions" USING btree ("at");--> statement-breakpoint
CREATE INDEX "item_vectors_item" ON "item_vectors" USING btree ("item_id");--> statement-breakpoint
CREATE INDEX "items_revision" ON "items" USING btree ("revision");