ALTER TABLE "forgotten_events" ADD COLUMN "event_transaction" "xid8";--> statement-breakpoint
ALTER TABLE "forgotten_events" ADD COLUMN "event_sequence" bigint;--> statement-breakpoint
CREATE INDEX "forgotten_events_recorded" ON "forgotten_events" USING btree ("event_transaction","event_sequence");