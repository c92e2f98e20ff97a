import { randomUUID } from 'node:crypto';
import { storableText, type Entry, type EntryInput, type SearchResponse } from '@attune/contracts';
import type { Database } from '@attune/storage';
import { decodeCursor, encodeCursor } from '@attune/service-kit';
import { z } from 'zod';
import type { ActionClient } from '../actions/action-client';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { Retriever } from '../retrieval/retriever';
import type { VectorIndex } from '../retrieval/vector-index';
import { checkEntry } from './check-entry';
import { textsOf, type EntryQuery, type EntryRepository } from './entry-repository';
import type { KnowledgeDirectory } from './knowledge-directory';

const placeSchema = z.object({ id: storableText() });

/** Keeps the knowledge, and keeps it searchable: what was written is found by the next question. */
export class KnowledgeService {
  constructor(
    private readonly database: Database,
    private readonly repository: EntryRepository,
    private readonly directory: KnowledgeDirectory,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly vectors: VectorIndex,
    private readonly retriever: Retriever,
    private readonly actions: ActionClient,
  ) {}

  create(input: EntryInput): Promise<Entry> {
    return this.write(randomUUID(), input, true);
  }

  /** @throws AttuneError `not-found` */
  replace(id: string, input: EntryInput): Promise<Entry> {
    return this.write(id, input, false);
  }

  get(id: string): Promise<Entry> {
    return this.repository.get(id);
  }

  async list({
    cursor,
    ...query
  }: Omit<EntryQuery, 'after'> & { cursor?: string | undefined }): Promise<{ items: Entry[]; nextCursor?: string }> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, placeSchema).id;
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    const items = found.slice(0, query.limit);
    return found.length > query.limit ? { items, nextCursor: encodeCursor({ id: items[query.limit - 1].id }) } : { items };
  }

  /** @throws AttuneError `not-found` */
  async delete(id: string): Promise<void> {
    await this.repository.delete(id);
    await this.directory.refresh();
  }

  /** What a question would find. */
  search(text: string, locale: string | undefined, limit: number): Promise<SearchResponse> {
    return this.model.using(async (model) => {
      const [{ understanding, embedding }] = await model.understand([text]);
      const { candidates } = await this.retriever.find({ text, embedding, understanding, locale }, this.encoders.get(model), Date.now());
      return {
        modelVersion: model.version,
        results: candidates.slice(0, limit).map(({ features, ...each }) => ({ ...each, dense: features.dense, lexical: features.lexical })),
      };
    });
  }

  private async write(id: string, input: EntryInput, isNew: boolean): Promise<Entry> {
    checkEntry(input, this.actions);
    await this.model.using(async (model) => {
      const encoder = this.encoders.get(model);
      const texts = textsOf(input).map(({ text }) => text);
      const embeddings = await model.embed(texts);
      const embeddingOf = new Map(texts.map((text, index) => [text, embeddings[index]]));
      await this.database.transaction(async (tx) => {
        const written = await this.repository.write(tx, [{ id, input, isNew }]);
        const vectors = written.flatMap(({ id: textId, text }) => {
          const embedding = embeddingOf.get(text);
          return embedding === undefined ? [] : [{ textId, embedding }];
        });
        await this.vectors.add(tx, encoder.id, vectors);
      });
    });
    await this.directory.refresh();
    return this.repository.get(id);
  }
}
