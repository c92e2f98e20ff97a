import { randomUUID } from 'node:crypto';
import { storableText, type Entry, type EntryInput, type SearchResponse } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import { eachPage } from '@attune/storage';
import { z } from 'zod';
import type { ActionClient } from '../actions/action-client';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { Retriever } from '../retrieval/retriever';
import { checkEntry } from './check-entry';
import type { EntryQuery, EntryRepository } from './entry-repository';
import type { EntryWriter } from './entry-writer';
import type { KnowledgeDirectory } from './knowledge-directory';

const placeSchema = z.object({ id: storableText() });
/** Entries that are read at once for an export. */
const EXPORT_PAGE = 500;

/** Keeps the knowledge. */
export class KnowledgeService {
  constructor(
    private readonly repository: EntryRepository,
    private readonly writer: EntryWriter,
    private readonly directory: KnowledgeDirectory,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly retriever: Retriever,
    private readonly actions: ActionClient,
  ) {}

  /** @throws HttpProblem `unprocessable` where its answer cannot be filled */
  create(input: EntryInput): Promise<Entry> {
    return this.write(randomUUID(), input, true);
  }

  /** @throws AttuneError `not-found`; HttpProblem `unprocessable` where its answer cannot be filled */
  replace(id: string, input: EntryInput): Promise<Entry> {
    return this.write(id, input, false);
  }

  get(id: string): Promise<Entry> {
    return this.repository.get(id);
  }

  async list({ cursor, ...query }: Omit<EntryQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<Entry>> {
    const after = decodeCursor(cursor, placeSchema)?.id;
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ id }) => ({ id }));
  }

  /** Every entry, page by page. */
  pages(): AsyncGenerator<Entry[]> {
    return eachPage(EXPORT_PAGE, (last) => this.repository.list({ after: last?.id, limit: EXPORT_PAGE }));
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
    await this.writer.write([{ id, input, isNew }]);
    return this.repository.get(id);
  }
}
