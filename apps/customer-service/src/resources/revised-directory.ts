import { PolledChanges } from '@attune/service-kit';

/** A change that has its place in the order of commits. */
interface Revised {
  readonly revision: number;
}

/** What is searched by vectors: texts, or passages, by their ids. */
export interface SearchedDirectory {
  /** The ids of all that are known. */
  searched(): Iterable<number>;
  isSearched(id: number): boolean;
  /** See {@link RevisedDirectory.accompany}. */
  accompany(companion: Companion): void;
}

/** What comes and goes with changes that are about to be taken over. */
export interface SearchedChange {
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/** Gets ready for a change before it is taken over. @returns what is done right after that */
export type Companion = (change: SearchedChange) => Promise<() => void>;

/**
 * What this process knows of something in the database: brought up to date by what changed since the newest revision seen, after every
 * write of this process, and by polling.
 */
export abstract class RevisedDirectory<Change extends Revised> implements SearchedDirectory {
  private revision = 0;
  private readonly changes: PolledChanges;
  private readonly listeners = new Set<() => void>();
  private readonly companions: Companion[] = [];

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

  /** What a change brings, and what is known now that it takes away. */
  protected abstract searchedIn(change: Change): SearchedChange;

  abstract searched(): Iterable<number>;

  abstract isSearched(id: number): boolean;

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

  /** From now on a companion is asked before changes are taken over. One that fails holds them up until they are fetched again. */
  accompany(companion: Companion): void {
    this.companions.push(companion);
  }

  /** Fetches what changed. Calls made while one runs share the next. */
  refresh(): Promise<void> {
    return this.changes.refresh();
  }

  private async fetchChanges(): Promise<void> {
    for (;;) {
      const changes = await this.changesSince(this.revision, this.page);
      const followUps = await this.companionsAreReady(changes);
      for (const change of changes) {
        this.revision = change.revision;
        this.apply(change);
      }
      for (const followUp of followUps) followUp();
      if (changes.length > 0) for (const listener of this.listeners) listener();
      if (changes.length < this.page) return;
    }
  }

  private async companionsAreReady(changes: readonly Change[]): Promise<(() => void)[]> {
    if (changes.length === 0 || this.companions.length === 0) return [];
    const all = changes.map((change) => this.searchedIn(change));
    const together = { added: all.flatMap(({ added }) => added), removed: all.flatMap(({ removed }) => removed) };
    return Promise.all(this.companions.map((companion) => companion(together)));
  }
}
