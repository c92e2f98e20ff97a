CREATE TABLE "feedback" (
	"id" text PRIMARY KEY NOT NULL,
	"conversation_id" text NOT NULL,
	"message_id" text NOT NULL,
	"question" text NOT NULL,
	"rating" text NOT NULL,
	"correction" jsonb,
	"note" text,
	"state" text NOT NULL,
	"use" text,
	"entry_id" text,
	"used_text" text,
	"label" text,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "gap_questions" (
	"message_id" text PRIMARY KEY NOT NULL,
	"conversation_id" text NOT NULL,
	"text" text NOT NULL,
	"locale" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"entry_id" text
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gap_questions" ADD CONSTRAINT "gap_questions_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "feedback_message" ON "feedback" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "feedback_newest" ON "feedback" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "feedback_conversation" ON "feedback" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "gap_questions_open" ON "gap_questions" USING btree ("asked_at") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "gap_questions_conversation" ON "gap_questions" USING btree ("conversation_id");--> statement-breakpoint
UPDATE "encoders" SET "statistics" = NULL;