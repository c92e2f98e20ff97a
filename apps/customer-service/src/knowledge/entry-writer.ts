import type { EntryInput } from '@attune/contracts';
import type { CallOptions } from '@attune/inference';
import type { Database } from '@attune/storage';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { VectorIndex } from '../retrieval/vector-index';
import { textsOf, type EntryRepository } from './entry-repository';
import type { KnowledgeDirectory } from './knowledge-directory';

/** An entry that is written: a new one, or in the place of the one of its id. */
export interface WrittenEntry {
  readonly id: string;
  readonly input: EntryInput;
  readonly isNew: boolean;
}

/** Writes entries with their vectors, in one transaction: what is written is found by the next question. */
export class EntryWriter {
  constructor(
    private readonly database: Database,
    private readonly repository: EntryRepository,
    private readonly directory: KnowledgeDirectory,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly vectors: VectorIndex,
  ) {}

  /** @throws AttuneError `not-found` where one that is no new one is not there; Overloaded, unless it is a bulk call */
  async write(entries: readonly WrittenEntry[], options: CallOptions = {}): Promise<void> {
    await this.model.using(async (model) => {
      const encoder = this.encoders.get(model);
      const texts = [...new Set(entries.flatMap(({ input }) => textsOf(input).map(({ text }) => text)))];
      const embeddings = await model.embed(texts, options);
      const embeddingOf = new Map(texts.map((text, index) => [text, embeddings[index]]));
      await this.database.transaction(async (tx) => {
        const written = await this.repository.write(tx, entries);
        const vectors = written.flatMap(({ id: textId, text }) => {
          const embedding = embeddingOf.get(text);
          return embedding === undefined ? [] : [{ textId, embedding }];
        });
        await this.vectors.add(tx, encoder.id, vectors);
      });
    });
    await this.directory.refresh();
  }
}
