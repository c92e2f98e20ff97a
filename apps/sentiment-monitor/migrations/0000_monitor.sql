CREATE TABLE "alert_events" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" text NOT NULL,
	"watch_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"watch_id" text NOT NULL,
	"state" text NOT NULL,
	"alert" jsonb NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"acknowledged_at" timestamp with time zone,
	"acknowledged_by" text,
	"false_alarm" boolean DEFAULT false NOT NULL,
	"note" text
);
--> statement-breakpoint
CREATE TABLE "buckets" (
	"watch_id" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"seconds" integer NOT NULL,
	"negative" integer NOT NULL,
	"neutral" integer NOT NULL,
	"positive" integer NOT NULL,
	"negative_stories" integer NOT NULL,
	"neutral_stories" integer NOT NULL,
	"positive_stories" integer NOT NULL,
	"score_sum" double precision NOT NULL,
	CONSTRAINT "buckets_watch_id_starts_at_seconds_pk" PRIMARY KEY("watch_id","starts_at","seconds")
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"position" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" text PRIMARY KEY NOT NULL,
	"content_hash" text NOT NULL,
	"body" jsonb NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"scored_at" timestamp with time zone NOT NULL,
	"model_version" text NOT NULL,
	"topics" jsonb NOT NULL,
	"sentiments" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mentions" (
	"watch_id" text NOT NULL,
	"document_id" text NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	"label" text NOT NULL,
	"score" double precision NOT NULL,
	"story_id" text NOT NULL,
	"fingerprint" text NOT NULL,
	"source" text NOT NULL,
	"title" text,
	"url" text,
	CONSTRAINT "mentions_watch_id_document_id_pk" PRIMARY KEY("watch_id","document_id")
);
--> statement-breakpoint
CREATE TABLE "watch_states" (
	"watch_id" text PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL,
	"version" bigint NOT NULL,
	"due_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "watches" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"target" jsonb NOT NULL,
	"rules" jsonb NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"muted_until" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"webhook_id" text NOT NULL,
	"event_id" text NOT NULL,
	"event" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"attempted_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"status" integer,
	"error" text,
	CONSTRAINT "webhook_deliveries_webhook_id_event_id_pk" PRIMARY KEY("webhook_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"watch_ids" jsonb,
	"enabled" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "alert_events_id" ON "alert_events" USING btree ("id");--> statement-breakpoint
CREATE INDEX "alert_events_created_at" ON "alert_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "alerts_opened_at" ON "alerts" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "alerts_watch" ON "alerts" USING btree ("watch_id","opened_at");--> statement-breakpoint
CREATE INDEX "documents_scored_at" ON "documents" USING btree ("scored_at");--> statement-breakpoint
CREATE INDEX "mentions_published_at" ON "mentions" USING btree ("watch_id","published_at");--> statement-breakpoint
CREATE INDEX "mentions_story" ON "mentions" USING btree ("watch_id","story_id");--> statement-breakpoint
CREATE INDEX "mentions_document" ON "mentions" USING btree ("document_id");--> statement-breakpoint
CREATE INDEX "watch_states_due" ON "watch_states" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "watches_revision" ON "watches" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("next_attempt_at");