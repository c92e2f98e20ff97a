CREATE TABLE "feedback" (
	"id" text PRIMARY KEY NOT NULL,
	"document_id" text NOT NULL,
	"watch_id" text NOT NULL,
	"place" integer NOT NULL,
	"scored_text" text NOT NULL,
	"entity" text,
	"label" text NOT NULL,
	"document_label" text NOT NULL,
	"model_version" text NOT NULL,
	"given_by" text NOT NULL,
	"note" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "feedback_of" ON "feedback" USING btree ("document_id","watch_id","place");--> statement-breakpoint
CREATE INDEX "feedback_newest" ON "feedback" USING btree ("created_at","id");