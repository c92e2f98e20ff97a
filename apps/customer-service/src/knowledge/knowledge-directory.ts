import type { Entry } from '@attune/contracts';
import { KnowledgeIndex } from '@attune/dialogue';
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
  private refreshing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  readonly index = new KnowledgeIndex();

  constructor(
    private readonly repository: EntryRepository,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Reads everything, then polls. */
  async start(pollMs: number): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh().catch(this.onError), pollMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get(id: string): Entry | undefined {
    return this.known.get(id);
  }

  /** Fetches what changed. Calls made while one runs share the next. */
  async refresh(): Promise<void> {
    await this.refreshing?.catch(() => undefined);
    this.refreshing ??= this.fetchChanges().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async fetchChanges(): Promise<void> {
    for (;;) {
      const changes = await this.repository.changesSince(this.revision, PAGE);
      for (const change of changes) this.apply(change);
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
