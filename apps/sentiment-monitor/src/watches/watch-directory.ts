import type { Watch } from '@attune/contracts';
import { WatchMatcher } from '@attune/opinion';
import { PolledChanges } from '@attune/service-kit';
import type { WatchRepository } from './watch-repository';

/**
 * The watches as this process knows them, and the index that finds them in texts: brought up to date by polling what
 * changed since the newest revision seen.
 */
export class WatchDirectory {
  private readonly known = new Map<string, Watch>();
  private revision = 0;
  private readonly changes: PolledChanges;
  readonly matcher = WatchMatcher.build([]);

  constructor(
    private readonly repository: WatchRepository,
    onError: (error: unknown) => void,
  ) {
    this.changes = new PolledChanges(() => this.fetchChanges(), onError);
  }

  /** Reads all watches, then polls. */
  start(pollMs: number): Promise<void> {
    return this.changes.start(pollMs);
  }

  stop(): void {
    this.changes.stop();
  }

  get(id: string): Watch | undefined {
    return this.known.get(id);
  }

  /** Fetches what changed. Calls made while one runs share the next. */
  refresh(): Promise<void> {
    return this.changes.refresh();
  }

  private async fetchChanges(): Promise<void> {
    for (const { revision, id, watch } of await this.repository.changesSince(this.revision)) {
      this.revision = revision;
      if (watch === undefined) {
        this.known.delete(id);
        this.matcher.remove(id);
        continue;
      }
      this.known.set(id, watch);
      if (watch.enabled) this.matcher.replace(watch);
      else this.matcher.remove(id);
    }
  }
}
