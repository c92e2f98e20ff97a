CREATE TABLE "feedback_origins" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"row_id" text NOT NULL,
	"source" text NOT NULL,
	"subject" text,
	"at" timestamp with time zone NOT NULL,
	"received_by" text NOT NULL,
	CONSTRAINT "feedback_origins_giver" UNIQUE NULLS NOT DISTINCT("row_id","source","subject")
);
--> statement-breakpoint
CREATE TABLE "feedback_rows" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigserial NOT NULL,
	"head" text NOT NULL,
	"key" text NOT NULL,
	"label_key" text NOT NULL,
	"text" text NOT NULL,
	"pair" text,
	"label" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" text
);
--> statement-breakpoint
CREATE TABLE "training_set_rows" (
	"head" text NOT NULL,
	"number" integer NOT NULL,
	"row_id" text NOT NULL,
	"recent" boolean NOT NULL,
	CONSTRAINT "training_set_rows_head_number_row_id_pk" PRIMARY KEY("head","number","row_id")
);
--> statement-breakpoint
CREATE TABLE "training_sets" (
	"head" text NOT NULL,
	"number" integer NOT NULL,
	"parent" integer,
	"rows" integer NOT NULL,
	"recent_rows" integer NOT NULL,
	"added" integer NOT NULL,
	"removed" integer NOT NULL,
	"erased" integer DEFAULT 0 NOT NULL,
	"labels" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"recent_sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "training_sets_head_number_pk" PRIMARY KEY("head","number")
);
--> statement-breakpoint
CREATE TABLE "update_settings" (
	"head" text PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"changed_by" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "training_jobs" ADD COLUMN "kind" text DEFAULT 'train' NOT NULL;--> statement-breakpoint
ALTER TABLE "training_jobs" ADD COLUMN "verdict" jsonb;--> statement-breakpoint
ALTER TABLE "feedback_origins" ADD CONSTRAINT "feedback_origins_row_id_feedback_rows_id_fk" FOREIGN KEY ("row_id") REFERENCES "public"."feedback_rows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "feedback_origins_subject" ON "feedback_origins" USING btree ("subject");--> statement-breakpoint
CREATE UNIQUE INDEX "feedback_rows_sequence" ON "feedback_rows" USING btree ("sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "feedback_rows_content" ON "feedback_rows" USING btree ("head","key","label_key");--> statement-breakpoint
CREATE INDEX "feedback_rows_state" ON "feedback_rows" USING btree ("head","state","sequence");--> statement-breakpoint
CREATE INDEX "training_set_rows_row" ON "training_set_rows" USING btree ("row_id");