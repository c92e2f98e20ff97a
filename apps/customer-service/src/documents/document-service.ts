import { randomUUID } from 'node:crypto';
import { storableText, type DocumentInput, type DocumentMediaType, type KnowledgeDocument, type Passage } from '@attune/contracts';
import { passageSearchText } from '@attune/dialogue';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { z } from 'zod';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { VectorIndex } from '../retrieval/vector-index';
import type { DocumentQuery, DocumentRepository } from './document-repository';
import type { PassageDirectory } from './passage-directory';
import type { DocumentReader } from './reading/document-reader';

const placeSchema = z.object({ id: storableText() });
/** Passages that are embedded, and whose vectors are written, together. */
const BATCH = 256;

/** A document as it was uploaded. */
export interface Upload {
  readonly bytes: Uint8Array;
  readonly mediaType: DocumentMediaType;
  readonly charset: string | undefined;
}

/** Keeps documents: what is uploaded is read, split, embedded and written in one transaction, so that the next question finds all of it. */
export class DocumentService {
  constructor(
    private readonly database: Database,
    private readonly repository: DocumentRepository,
    private readonly directory: PassageDirectory,
    private readonly reader: DocumentReader,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly vectors: VectorIndex,
  ) {}

  /** @throws HttpProblem that says why it cannot be taken in */
  create(input: DocumentInput, upload: Upload): Promise<KnowledgeDocument> {
    return this.write(randomUUID(), true, input, upload);
  }

  /** @throws AttuneError `not-found`; HttpProblem that says why it cannot be taken in */
  async replace(id: string, input: DocumentInput, upload: Upload): Promise<KnowledgeDocument> {
    await this.repository.get(id);
    return this.write(id, false, input, upload);
  }

  get(id: string): Promise<KnowledgeDocument> {
    return this.repository.get(id);
  }

  async list({ cursor, ...query }: Omit<DocumentQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<KnowledgeDocument>> {
    const after = decodeCursor(cursor, placeSchema)?.id;
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ id }) => ({ id }));
  }

  /** @throws AttuneError `not-found` */
  async passages(id: string, after: number, limit: number): Promise<{ items: Passage[] }> {
    await this.repository.get(id);
    return { items: await this.repository.passages(id, after, limit) };
  }

  /** @throws AttuneError `not-found` */
  async delete(id: string): Promise<void> {
    await this.repository.delete(id);
    await this.directory.refresh();
  }

  private async write(id: string, isNew: boolean, { title, ...input }: DocumentInput, upload: Upload): Promise<KnowledgeDocument> {
    await this.model.using(async (model) => {
      const document = await this.reader.read({ ...upload, title, tokenization: model.tokenization });
      const embeddings = await embedAll(
        model,
        document.passages.map((passage) => passageSearchText(document.title, passage)),
      );
      const encoder = this.encoders.get(model);
      await this.database.transaction(async (tx) => {
        const { mediaType, bytes } = upload;
        const ids = await this.repository.write(tx, { ...document, id, isNew, input, mediaType, bytes: bytes.byteLength });
        const vectors = ids.map((textId, place) => ({ textId, embedding: embeddings[place] }));
        for (let start = 0; start < vectors.length; start += BATCH)
          await this.vectors.add(tx, encoder.id, vectors.slice(start, start + BATCH));
      });
    });
    await this.directory.refresh();
    return this.repository.get(id);
  }
}

async function embedAll(model: UsedModel, texts: readonly string[]): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    embeddings.push(...(await model.embed(texts.slice(start, start + BATCH), { bulk: true })));
  }
  return embeddings;
}
