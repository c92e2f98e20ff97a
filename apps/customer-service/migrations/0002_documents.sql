CREATE TABLE "documents" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"url" text,
	"locale" text,
	"tags" jsonb NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"passages" integer NOT NULL,
	"valid_from" timestamp with time zone,
	"valid_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"deleted_at" timestamp with time zone,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passage_vectors" (
	"encoder_id" smallint NOT NULL,
	"passage_id" bigint NOT NULL,
	"embedding" vector NOT NULL,
	CONSTRAINT "passage_vectors_encoder_id_passage_id_pk" PRIMARY KEY("encoder_id","passage_id")
);
--> statement-breakpoint
CREATE TABLE "passages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "passages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"document_id" text NOT NULL,
	"position" integer NOT NULL,
	"headings" jsonb NOT NULL,
	"sentences" jsonb NOT NULL,
	"search_text" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "encoders" ADD COLUMN "passage_statistics" jsonb;--> statement-breakpoint
ALTER TABLE "passage_vectors" ADD CONSTRAINT "passage_vectors_encoder_id_encoders_id_fk" FOREIGN KEY ("encoder_id") REFERENCES "public"."encoders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passage_vectors" ADD CONSTRAINT "passage_vectors_passage_id_passages_id_fk" FOREIGN KEY ("passage_id") REFERENCES "public"."passages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passages" ADD CONSTRAINT "passages_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "documents_revision" ON "documents" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "passage_vectors_passage" ON "passage_vectors" USING btree ("passage_id");--> statement-breakpoint
CREATE UNIQUE INDEX "passages_position" ON "passages" USING btree ("document_id","position");