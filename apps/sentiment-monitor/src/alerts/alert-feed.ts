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
const PAGE = 200;

/**
 * Follows the changes of alerts that any instance commits, in their order. One query at a time asks for all followers,
 * and none while nobody follows.
 */
export class AlertFeed {
  private readonly followers = new Set<(item: FeedItem) => void>();
  private position: CommittedPosition | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading = false;

  constructor(
    private readonly database: Database,
    private readonly onError: (error: unknown) => void,
    private readonly pollMs = 500,
  ) {}

  /**
   * Hands over every change after a position, or every one from now on, until the signal is aborted.
   *
   * @returns once the past is handed over
   */
  async follow(after: CommittedPosition | undefined, signal: AbortSignal, deliver: (item: FeedItem) => void): Promise<void> {
    const start = after ?? (await this.database.query((orm) => latestPosition(orm, SOURCE)));
    const delivered = new Set<CommittedPosition>();
    const waiting: FeedItem[] = [];
    let live = false;
    const follower = (item: FeedItem): void => {
      if (!live) waiting.push(item);
      else if (!delivered.delete(item.position)) deliver(item);
    };
    if (signal.aborted) return;
    await this.join(follower);
    signal.addEventListener('abort', () => this.leave(follower), { once: true });
    for await (const item of this.past(start)) {
      if (signal.aborted) return;
      delivered.add(item.position);
      deliver(item);
    }
    live = true;
    for (const item of waiting) follower(item);
  }

  /** Ends the polling; followers hear nothing more. */
  close(): void {
    this.followers.clear();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async *past(after: CommittedPosition | undefined): AsyncGenerator<FeedItem> {
    for (let position = after; ;) {
      const items = await this.read(position);
      yield* items;
      if (items.length < PAGE) return;
      position = items[items.length - 1].position;
    }
  }

  private async join(follower: (item: FeedItem) => void): Promise<void> {
    if (this.followers.size === 0) this.position = await this.database.query((orm) => latestPosition(orm, SOURCE));
    this.followers.add(follower);
    this.timer ??= setInterval(() => void this.poll(), this.pollMs);
    this.timer.unref();
  }

  private leave(follower: (item: FeedItem) => void): void {
    this.followers.delete(follower);
    if (this.followers.size === 0) this.close();
  }

  private async poll(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      for await (const item of this.past(this.position)) {
        this.position = item.position;
        for (const follower of this.followers) follower(item);
      }
    } catch (error) {
      this.onError(error);
    } finally {
      this.reading = false;
    }
  }

  private async read(after: CommittedPosition | undefined): Promise<FeedItem[]> {
    const rows = await this.database.query((orm) => readCommitted(orm, SOURCE, { limit: PAGE, ...(after === undefined ? {} : { after }) }));
    return rows.map(({ position, row }) => ({ position, event: row.event }));
  }
}
