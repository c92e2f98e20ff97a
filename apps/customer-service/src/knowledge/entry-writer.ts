import type { EntryInput } from '@attune/contracts';
import type { CallOptions } from '@attune/inference';
import type { Database } from '@attune/storage';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import { embedTexts, textVectors } from '../retrieval/text-vectors';
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
      const embeddingOf = await embedTexts(
        model,
        entries.flatMap(({ input }) => textsOf(input)),
        options,
      );
      await this.database.transaction(async (tx) => {
        const written = await this.repository.write(tx, entries);
        await this.vectors.add(tx, encoder.id, textVectors(written, embeddingOf));
      });
    });
    await this.directory.refresh();
  }
}
