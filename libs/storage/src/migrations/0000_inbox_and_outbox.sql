CREATE TABLE "attune_inbox" (
	"consumer" text NOT NULL,
	"id" text NOT NULL,
	"processed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "attune_inbox_pkey" PRIMARY KEY("consumer","id")
);
--> statement-breakpoint
CREATE INDEX "attune_inbox_processed_at" ON "attune_inbox" ("processed_at");
--> statement-breakpoint
CREATE TABLE "attune_outbox" (
	"sequence" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"value" bytea,
	"headers" json NOT NULL,
	"enqueued_at" timestamp with time zone DEFAULT now() NOT NULL
);
