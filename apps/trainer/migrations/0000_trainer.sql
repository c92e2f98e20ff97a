CREATE TABLE "announced_promotions" (
	"head" text PRIMARY KEY NOT NULL,
	"generation" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"head" text,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigserial NOT NULL,
	"name" text NOT NULL,
	"format" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"rows" integer NOT NULL,
	"columns" jsonb NOT NULL,
	"sample" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "training_jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigserial NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"head" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"input" jsonb NOT NULL,
	"version" text NOT NULL,
	"cancelling" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"progress" jsonb,
	"metrics" jsonb,
	"failure" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "datasets_sequence" ON "datasets" USING btree ("sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "training_jobs_sequence" ON "training_jobs" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "training_jobs_status" ON "training_jobs" USING btree ("status","sequence");--> statement-breakpoint
CREATE INDEX "training_jobs_version" ON "training_jobs" USING btree ("head","version");