import { EventEmitter, once } from 'node:events';
import type { AlertEvent } from '@attune/contracts';
import { latestPosition, readCommitted, type AppendOnlyTable, type CommittedPosition, type Database } from '@attune/storage';
import { alertEvents } from '../database/schema';

/** A change of an alert and its place in the feed, by which a subscriber goes on after a break. */
export interface FeedItem {
  position: CommittedPosition;
  event: AlertEvent;
}

const SOURCE: AppendOnlyTable<typeof alertEvents> = {
  table: alertEvents,
  transactionId: alertEvents.transaction,
  sequence: alertEvents.sequence,
};
/** Before every change. */
const BEGINNING: CommittedPosition = '0-0';
/** Items that are read, and held for one follower, at once. */
const PAGE = 50;
/** The newest items, from which followers who keep up are served without asking the database. */
const RECENT = 1_000;
const NEWS = 'news';

/**
 * Follows the changes of alerts that any instance commits, in their order. One query at a time asks for all followers,
 * and none while nobody follows. Each follower takes items at its own pace and has its own place: one that is slow holds
 * nothing but a page.
 */
export class AlertFeed {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private followers = 0;
  private opening: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> | undefined;
  private recent: FeedItem[] = [];
  /** Place before the first of the recent items. */
  private recentAfter: CommittedPosition | undefined;
  /** Counts up with every arrival, so that none is missed between reading and waiting. */
  private arrivals = 0;

  constructor(
    private readonly database: Database,
    private readonly onError: (error: unknown) => void,
    private readonly pollMs = 500,
  ) {}

  /**
   * The place after the last change.
   *
   * @throws AttuneError `dependency-unavailable`
   */
  async latest(): Promise<CommittedPosition> {
    return (await this.database.query((orm) => latestPosition(orm, SOURCE))) ?? BEGINNING;
  }

  /**
   * Every change after a position, until the signal is aborted, which must happen in the end.
   *
   * @throws AttuneError `dependency-unavailable`
   */
  async follow(after: CommittedPosition, signal: AbortSignal): Promise<AsyncGenerator<FeedItem>> {
    await this.join(signal);
    return this.changes(after, signal);
  }

  /** Ends the polling; followers hear nothing more. */
  async close(): Promise<void> {
    this.pause();
    await this.polling;
  }

  private async *changes(start: CommittedPosition, signal: AbortSignal): AsyncGenerator<FeedItem> {
    let position = start;
    while (!signal.aborted) {
      const { arrivals } = this;
      const items = await this.next(position);
      for (const item of items) {
        if (signal.aborted) return;
        yield item;
        ({ position } = item);
      }
      if (items.length > 0 || arrivals !== this.arrivals) continue;
      await once(this.emitter, NEWS, { signal }).catch(() => undefined);
    }
  }

  private async join(signal: AbortSignal): Promise<void> {
    this.followers += 1;
    const leave = (): void => {
      this.followers -= 1;
      if (this.followers === 0) this.pause();
    };
    this.opening ??= this.open();
    try {
      await this.opening;
    } catch (error) {
      leave();
      throw error;
    }
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }

  private async open(): Promise<void> {
    try {
      this.recentAfter = await this.latest();
      this.recent = [];
      this.timer = setInterval(() => this.poll(), this.pollMs).unref();
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private pause(): void {
    clearInterval(this.timer);
    this.opening = undefined;
    this.recent = [];
  }

  private poll(): void {
    this.polling ??= this.fetchNews()
      .catch(this.onError)
      .finally(() => {
        this.polling = undefined;
      });
  }

  private async fetchNews(): Promise<void> {
    for (let full = true; full;) {
      const { opening } = this;
      const items = await this.read(this.recent.at(-1)?.position ?? this.recentAfter);
      // Whoever joined anew meanwhile has another place to begin with.
      if (items.length === 0 || opening === undefined || opening !== this.opening) return;
      full = items.length === PAGE;
      this.recent.push(...items);
      const forgotten = this.recent.splice(0, this.recent.length - RECENT);
      this.recentAfter = forgotten.at(-1)?.position ?? this.recentAfter;
      this.arrivals += 1;
      this.emitter.emit(NEWS);
    }
  }

  /** A page after a position, from memory where it is there. */
  private next(after: CommittedPosition | undefined): FeedItem[] | Promise<FeedItem[]> {
    if (this.opening === undefined) return this.read(after);
    if (after === this.recentAfter) return this.recent.slice(0, PAGE);
    const index = this.recent.findLastIndex(({ position }) => position === after);
    return index >= 0 ? this.recent.slice(index + 1, index + 1 + PAGE) : this.read(after);
  }

  private async read(after: CommittedPosition | undefined): Promise<FeedItem[]> {
    const rows = await this.database.query((orm) => readCommitted(orm, SOURCE, { limit: PAGE, ...(after === undefined ? {} : { after }) }));
    return rows.map(({ position, row }) => ({ position, event: row.event }));
  }
}
