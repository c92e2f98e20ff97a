import { AttuneError } from '@attune/artifact';
import { entryInputSchema, type EntryInput } from '@attune/contracts';
import { normalForm } from '@attune/dialogue';
import type { EntryRepository } from './entry-repository';
import type { EntryWriter } from './entry-writer';

/** Phrasings that an entry has at most. */
const MOST_PHRASINGS = 200;

/** Adds phrasings to entries, and takes them away. */
export class PhrasingEditor {
  constructor(
    private readonly repository: EntryRepository,
    private readonly writer: EntryWriter,
  ) {}

  /** Adds those that say something new. @throws AttuneError `not-found` */
  async add(entryId: string, phrasings: readonly string[]): Promise<void> {
    await this.edit(entryId, ({ question, phrasings: known }) => {
      const said = new Set([question, ...known].map(normalForm));
      const fresh = phrasings.filter((phrasing) => !said.has(normalForm(phrasing)) && said.add(normalForm(phrasing)));
      return [...known, ...fresh].slice(0, MOST_PHRASINGS);
    });
  }

  /** Takes phrasings away; of an entry that is gone, there are none. */
  async remove(entryId: string, phrasings: readonly string[]): Promise<void> {
    try {
      await this.edit(entryId, ({ phrasings: known }) => known.filter((phrasing) => !phrasings.includes(phrasing)));
    } catch (error) {
      if (!(error instanceof AttuneError) || error.code !== 'not-found') throw error;
    }
  }

  private async edit(entryId: string, change: (input: EntryInput) => string[]): Promise<void> {
    const { id, createdAt: _created, updatedAt: _updated, ...input } = await this.repository.get(entryId);
    const phrasings = change(input);
    if (phrasings.length === input.phrasings.length) return;
    await this.writer.write([{ id, input: entryInputSchema.parse({ ...input, phrasings }), isNew: false }]);
  }
}
