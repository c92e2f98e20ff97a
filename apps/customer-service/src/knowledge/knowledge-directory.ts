import type { Entry } from '@attune/contracts';
import { KnowledgeIndex } from '@attune/dialogue';
import { PolledChanges } from '@attune/service-kit';
import type { EntryChange, EntryRepository } from './entry-repository';

/** Changes that are fetched at once. */
const PAGE = 1_000;

/**
 * The knowledge as this process knows it: brought up to date by what changed since the newest revision seen, after every
 * write of this process, and by polling.
 */
export class KnowledgeDirectory {
  private readonly known = new Map<string, Entry>();
  private revision = 0;
  private readonly changes: PolledChanges;
  private readonly listeners = new Set<() => void>();
  readonly index = new KnowledgeIndex();

  constructor(
    private readonly repository: EntryRepository,
    onError: (error: unknown) => void,
  ) {
    this.changes = new PolledChanges(() => this.fetchChanges(), onError);
  }

  /** Reads everything, then polls. */
  start(pollMs: number): Promise<void> {
    return this.changes.start(pollMs);
  }

  stop(): void {
    this.changes.stop();
  }

  get(id: string): Entry | undefined {
    return this.known.get(id);
  }

  /** Calls back after each change, whoever made it. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Fetches what changed. Calls made while one runs share the next. */
  refresh(): Promise<void> {
    return this.changes.refresh();
  }

  private async fetchChanges(): Promise<void> {
    for (;;) {
      const changes = await this.repository.changesSince(this.revision, PAGE);
      for (const change of changes) this.apply(change);
      if (changes.length > 0) for (const listener of this.listeners) listener();
      if (changes.length < PAGE) return;
    }
  }

  private apply({ revision, id, entry, texts }: EntryChange): void {
    this.revision = revision;
    if (entry === undefined) {
      this.known.delete(id);
      this.index.delete(id);
    } else {
      this.known.set(id, entry);
      this.index.set(entry, texts);
    }
  }
}
