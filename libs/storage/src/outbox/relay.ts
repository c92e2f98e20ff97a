import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, DatabaseSession } from '../database';
import { asStorageError } from '../errors';
import { BackOff } from './back-off';
import { OUTBOX_CHANNEL } from './enqueue';
import { deleteRows, readBacklog, readRows, readSequences, someRemain, type OutboxBacklog, type OutboxRow } from './rows';
import { WakeUp } from './wake-up';

/** What a publisher is handed; `@attune/event-stream`'s OutgoingMessage has this shape. */
export interface RelayedMessage {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

export interface OutboxRelayOptions {
  readonly database: Database;
  /** Resolves once the broker has the messages. */
  readonly publish: (topic: string, messages: readonly RelayedMessage[]) => Promise<void>;
  /** Messages read at once. Default 500. */
  readonly batchSize?: number;
  /** Milliseconds between two looks where no notification comes, and between two tries to become the one relay. Default 1,000. */
  readonly pollInterval?: number;
  /** Told of failures to publish and of lost connections, which the relay then repeats. */
  readonly onError?: (error: unknown) => void;
  /** Told how many messages of a topic were published, and the age in milliseconds of the oldest of them. */
  readonly onPublished?: (topic: string, count: number, oldestAge: number) => void;
}

const LOCK = 'outbox';
/** Milliseconds between two looks at least: what is written meanwhile is published, and removed, together. */
const GATHER = 25;
/** Milliseconds between two signs of life while the broker takes its time: the server ends a silent session, and its lock. */
const HEARTBEAT = 4_000;
/** Milliseconds between two looks at whether everything is out. */
const FLUSH_POLL = 50;

/**
 * Publishes what transactions put into the outbox. Of all relays on a database one is at work, the others stand by.
 * Publication is at least once.
 *
 * The place belongs to a lock of a database session, and rows are removed over that same session. So a relay that lost
 * its place, because its process hung or its network was cut, has no session left to remove rows over: the statement
 * fails. Rows are removed once they are published, and every look takes whatever is committed: a row whose transaction
 * commits late is seen late, never skipped.
 *
 * A topic that the broker refuses is tried again after growing pauses, its messages in order; other topics go on.
 */
export class OutboxRelay {
  private readonly wakeUp = new WakeUp();
  private readonly backOffs = new Map<string, BackOff>();
  private running: Promise<void> | undefined;
  private isStopping = false;
  private active = false;

  constructor(private readonly options: OutboxRelayOptions) {}

  /** Whether this relay is the one at work. */
  get isActive(): boolean {
    return this.active;
  }

  /** Begins in the background. */
  start(): void {
    if (this.running !== undefined) return;
    this.isStopping = false;
    this.running = this.run();
  }

  /**
   * Waits until everything committed before the call is published, by this relay or another.
   *
   * @throws the signal's reason where it is aborted first
   */
  async flush(signal?: AbortSignal): Promise<void> {
    const { database } = this.options;
    const sequences = await database.query(readSequences);
    while (sequences.length > 0 && (await database.query((orm) => someRemain(orm, sequences)))) {
      signal?.throwIfAborted();
      this.wakeUp.ring();
      await sleep(FLUSH_POLL);
    }
  }

  /** Ends after the batch in hand, and lets another relay take over. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wakeUp.ring();
    await this.running;
    this.running = undefined;
  }

  /** How many messages stand in line, and for how long: for metrics. */
  backlog(): Promise<OutboxBacklog> {
    return this.options.database.query(readBacklog);
  }

  private async run(): Promise<void> {
    const lost = new BackOff();
    while (!this.isStopping) {
      try {
        const session = await this.options.database.openSession();
        try {
          await this.serve(session);
        } finally {
          this.active = false;
          await session.close().catch(() => undefined);
        }
      } catch (error) {
        this.options.onError?.(asStorageError(error));
        lost.fail(performance.now());
        await this.wakeUp.wait(Math.min(this.pollInterval, lost.remaining(performance.now())));
      }
    }
  }

  private get pollInterval(): number {
    return this.options.pollInterval ?? 1_000;
  }

  private async serve(session: DatabaseSession): Promise<void> {
    void session.ended.then(() => this.wakeUp.ring());
    await session.listen(OUTBOX_CHANNEL, () => this.wakeUp.ring());
    while (!this.isStopping && session.isOpen) {
      this.active ||= await session.tryLock(LOCK);
      const lookedAt = performance.now();
      if (this.active && (await this.publishBatch(session))) continue;
      await this.wakeUp.wait(this.untilNextLook());
      const early = lookedAt + GATHER - performance.now();
      if (early > 0) await sleep(early);
    }
  }

  private untilNextLook(): number {
    const now = performance.now();
    return Math.min(this.pollInterval, ...[...this.backOffs.values()].map((backOff) => backOff.remaining(now)));
  }

  /** @returns whether there may be more to publish at once */
  private async publishBatch(session: DatabaseSession): Promise<boolean> {
    const { batchSize = 500 } = this.options;
    const now = performance.now();
    const waiting = [...this.backOffs].filter(([, backOff]) => backOff.remaining(now) > 0).map(([topic]) => topic);
    const rows = await readRows(session.orm, batchSize, waiting);
    const topics = byTopic(rows);
    const heartbeat = setInterval(() => void session.orm.execute('select 1').then(undefined, () => undefined), HEARTBEAT);
    try {
      await Promise.all([...topics].map(([topic, messages]) => this.publishTopic(session, topic, messages)));
    } finally {
      clearInterval(heartbeat);
    }
    return rows.length === batchSize;
  }

  private async publishTopic(session: DatabaseSession, topic: string, rows: readonly OutboxRow[]): Promise<void> {
    const { publish, onError, onPublished } = this.options;
    try {
      await publish(
        topic,
        rows.map(({ key, value, headers }) => ({ key, value, headers })),
      );
    } catch (error) {
      const backOff = this.backOffs.get(topic) ?? new BackOff();
      backOff.fail(performance.now());
      this.backOffs.set(topic, backOff);
      onError?.(error);
      return;
    }
    this.backOffs.delete(topic);
    await deleteRows(session.orm, rows);
    onPublished?.(topic, rows.length, Math.max(...rows.map(({ age }) => age)));
  }
}

/** Each topic's rows, in their order. */
function byTopic(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const topics = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const topic = topics.get(row.topic);
    if (topic === undefined) topics.set(row.topic, [row]);
    else topic.push(row);
  }
  return topics;
}
