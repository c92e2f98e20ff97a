INSERT INTO "search_texts" ("entry_id", "kind", "text") SELECT "id", 'entry', '' FROM "entries" WHERE "deleted_at" IS NULL;--> statement-breakpoint
UPDATE "encoders" SET "statistics" = NULL, "passage_statistics" = NULL;
