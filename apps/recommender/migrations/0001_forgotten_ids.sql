ALTER TABLE "forgotten_events" ADD COLUMN "id_hash" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "forgotten_events_id" ON "forgotten_events" USING btree ("id_hash");
