import type { Watch } from '@attune/contracts';
import { WatchMatcher } from '@attune/opinion';
import type { WatchRepository } from './watch-repository';

/**
 * The watches as this process knows them, and the index that finds them in texts: brought up to date by polling what
 * changed since the newest revision seen.
 */
export class WatchDirectory {
  private readonly known = new Map<string, Watch>();
  private revision = 0;
  private refreshing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  readonly matcher = WatchMatcher.build([]);

  constructor(
    private readonly repository: WatchRepository,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Reads all watches, then polls. */
  async start(pollMs: number): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh().catch(this.onError), pollMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get(id: string): Watch | undefined {
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
