import { randomUUID } from 'node:crypto';
import type { EntryInput, ImportProgress } from '@attune/contracts';
import type { ActionClient } from '../actions/action-client';
import { templateFaults } from './check-entry';
import type { FileRow } from './entry-files';
import type { EntryRepository } from './entry-repository';
import type { EntryWriter, WrittenEntry } from './entry-writer';

/** Entries that are written together, so that an import of any length holds nobody up for long. */
const BATCH = 100;
/** Refused rows that are told of. */
const MOST_REFUSALS = 1_000;

/** Takes files of entries in. */
export class KnowledgeImport {
  constructor(
    private readonly repository: EntryRepository,
    private readonly writer: EntryWriter,
    private readonly actions: ActionClient,
  ) {}

  /** Writes rows batch by batch; what was accepted stays, whatever comes after. Yields how far it is after each batch, and at the end. */
  async *run(rows: AsyncIterable<FileRow>, signal: AbortSignal): AsyncGenerator<ImportProgress> {
    const progress = { accepted: 0, refused: [] as ImportProgress['refused'], refusedRows: 0 };
    let batch: { id: string | undefined; input: EntryInput }[] = [];
    let row = 0;
    for await (const each of rows) {
      signal.throwIfAborted();
      row += 1;
      const fault =
        'fault' in each
          ? each.fault
          : [...templateFaults(each.input, this.actions)].map(([path, message]) => `${path}: ${message}`).join('; ');
      if (fault !== '') {
        progress.refusedRows += 1;
        if (progress.refused.length < MOST_REFUSALS) progress.refused.push({ row, message: fault });
      } else if (!('fault' in each)) batch.push(each);
      if (batch.length < BATCH) continue;
      progress.accepted += await this.write(batch);
      batch = [];
      yield { ...progress, done: false };
    }
    progress.accepted += await this.write(batch);
    yield { ...progress, done: true };
  }

  /** Of two rows with one id the later one holds. */
  private async write(batch: readonly { id: string | undefined; input: EntryInput }[]): Promise<number> {
    if (batch.length === 0) return 0;
    const known = await this.repository.existing(batch.flatMap(({ id }) => id ?? []));
    const written = new Map<string, WrittenEntry>();
    for (const { id = randomUUID(), input } of batch) written.set(id, { id, input, isNew: !known.has(id) });
    await this.writer.write([...written.values()], { bulk: true });
    return batch.length;
  }
}
