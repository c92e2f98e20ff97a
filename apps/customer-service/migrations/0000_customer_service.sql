CREATE TABLE "conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"locale" text,
	"channel" text NOT NULL,
	"customer" text,
	"state" jsonb NOT NULL,
	"answered_by" text NOT NULL,
	"handoff_id" text,
	"last_sequence" integer NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"idempotency_key" text
);
--> statement-breakpoint
CREATE TABLE "counters" (
	"name" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "encoders" (
	"id" smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "encoders_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 START WITH 1 CACHE 1),
	"manifest_sha256" text NOT NULL,
	"version" text NOT NULL,
	"dimension" integer NOT NULL,
	"statistics" jsonb,
	"ready_at" timestamp with time zone,
	"served_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"id" text PRIMARY KEY NOT NULL,
	"question" text NOT NULL,
	"phrasings" jsonb NOT NULL,
	"answer" text NOT NULL,
	"intent" text,
	"tags" jsonb NOT NULL,
	"locale" text,
	"valid_from" timestamp with time zone,
	"valid_until" timestamp with time zone,
	"slots" jsonb NOT NULL,
	"action" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "handoffs" (
	"id" text PRIMARY KEY NOT NULL,
	"conversation_id" text NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"summary" jsonb NOT NULL,
	"agent" text,
	"note" text,
	"created_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"conversation_id" text NOT NULL,
	"sequence" integer NOT NULL,
	"id" text NOT NULL,
	"author" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"reply" jsonb,
	"in_reply_to" text,
	"idempotency_key" text,
	"pending_since" timestamp with time zone,
	CONSTRAINT "messages_conversation_id_sequence_pk" PRIMARY KEY("conversation_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "search_texts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "search_texts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"entry_id" text NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "text_vectors" (
	"encoder_id" smallint NOT NULL,
	"text_id" bigint NOT NULL,
	"embedding" vector NOT NULL,
	CONSTRAINT "text_vectors_encoder_id_text_id_pk" PRIMARY KEY("encoder_id","text_id")
);
--> statement-breakpoint
ALTER TABLE "handoffs" ADD CONSTRAINT "handoffs_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_texts" ADD CONSTRAINT "search_texts_entry_id_entries_id_fk" FOREIGN KEY ("entry_id") REFERENCES "public"."entries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "text_vectors" ADD CONSTRAINT "text_vectors_encoder_id_encoders_id_fk" FOREIGN KEY ("encoder_id") REFERENCES "public"."encoders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "text_vectors" ADD CONSTRAINT "text_vectors_text_id_search_texts_id_fk" FOREIGN KEY ("text_id") REFERENCES "public"."search_texts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversations_updated_at" ON "conversations" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "conversations_customer" ON "conversations" USING btree ("customer");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_idempotency" ON "conversations" USING btree ("idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "encoders_manifest" ON "encoders" USING btree ("manifest_sha256");--> statement-breakpoint
CREATE INDEX "entries_revision" ON "entries" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "handoffs_queue" ON "handoffs" USING btree ("state","created_at","id");--> statement-breakpoint
CREATE INDEX "handoffs_conversation" ON "handoffs" USING btree ("conversation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_id" ON "messages" USING btree ("id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_idempotency" ON "messages" USING btree ("conversation_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "messages_in_reply_to" ON "messages" USING btree ("in_reply_to");--> statement-breakpoint
CREATE INDEX "messages_pending" ON "messages" USING btree ("pending_since") WHERE pending_since is not null;--> statement-breakpoint
CREATE INDEX "search_texts_entry" ON "search_texts" USING btree ("entry_id");--> statement-breakpoint
CREATE INDEX "text_vectors_text" ON "text_vectors" USING btree ("text_id");