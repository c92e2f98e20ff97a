DROP INDEX "alert_events_id";--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "origin" text;--> statement-breakpoint
CREATE INDEX "alert_events_committed" ON "alert_events" USING btree ("transaction","sequence");