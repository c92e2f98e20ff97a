import { PolledChanges } from '@attune/service-kit';

/** A change that has its place in the order of commits. */
interface Revised {
  readonly revision: number;
}

/**
 * What this process knows of something in the database: brought up to date by what changed since the newest revision seen, after every
 * write of this process, and by polling.
 */
export abstract class RevisedDirectory<Change extends Revised> {
  private revision = 0;
  private readonly changes: PolledChanges;
  private readonly listeners = new Set<() => void>();

  /**
   * @param changesSince what changed after a revision, oldest first, at most so many
   * @param page changes that are fetched at once
   */
  constructor(
    private readonly changesSince: (revision: number, limit: number) => Promise<readonly Change[]>,
    private readonly page: number,
    onError: (error: unknown) => void,
  ) {
    this.changes = new PolledChanges(() => this.fetchChanges(), onError);
  }

  protected abstract apply(change: Change): void;

  /** Reads everything, then polls. */
  start(pollMs: number): Promise<void> {
    return this.changes.start(pollMs);
  }

  stop(): void {
    this.changes.stop();
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
      const changes = await this.changesSince(this.revision, this.page);
      for (const change of changes) {
        this.revision = change.revision;
        this.apply(change);
      }
      if (changes.length > 0) for (const listener of this.listeners) listener();
      if (changes.length < this.page) return;
    }
  }
}
