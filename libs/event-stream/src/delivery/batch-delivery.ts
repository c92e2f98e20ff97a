import type { TopicDefinition } from '@attune/contracts';
import { deadLetterTopic } from '@attune/contracts';
import { asError, unavailableDependency } from '../errors';
import type { BackOffOptions, StreamLogger, StreamObserver, TraceCarrier, TraceHook } from '../options';
import type { EventBatch, IncomingMessage, ReceivedEvent, Subscription } from '../port';
import { fullJitter } from './back-off';
import { deadLetterOf } from './dead-letter';
import { decode } from './decode';
import { inTurns } from './in-turns';
import type { PartitionLane } from './partition-lane';
import type { PublishRaw, QueuedMessage } from './queued-message';

/** What a delivery needs of the stream around it. */
export interface DeliveryContext {
  readonly publish: PublishRaw;
  readonly heartbeat: () => Promise<void>;
  readonly logger: StreamLogger;
  readonly observer: StreamObserver;
  readonly trace: TraceHook | undefined;
  readonly backOff: BackOffOptions;
  /** Waits on behalf of a lane, whose place others may use meanwhile. */
  readonly wait: (milliseconds: number, lane: PartitionLane) => Promise<void>;
  /** The lane began or ceased to wait for a dependency. */
  readonly changed: () => void;
}

/** A message that its schema accepts. */
interface Entry<E> {
  readonly queued: QueuedMessage;
  /** Undefined for a deletion. */
  readonly event: { readonly value: E } | undefined;
  /** Sent to dead letters by its handler. */
  isSettled: boolean;
}

/** The lane was closed before its batch was handled. */
class Closed extends Error {}

const DEFAULT_ATTEMPTS = 5;
/** Milliseconds after which, at most, it is looked again whether a dependency is back: work goes on seconds after it is. */
const LONGEST_ABSENCE_PAUSE = 5_000;

/** Brings batches of one subscription to its handler, until each message is handled or in dead letters. */
export class BatchDelivery<E> {
  private readonly topic: TopicDefinition<E>;
  private readonly maxAttempts: number;

  constructor(
    private readonly subscription: Subscription<E>,
    private readonly context: DeliveryContext,
  ) {
    this.topic = subscription.topic;
    this.maxAttempts = subscription.maxAttempts ?? DEFAULT_ATTEMPTS;
  }

  /**
   * Handles consecutive messages of a partition.
   *
   * @returns the offset up to which they are done: behind the last one, unless the lane was closed meanwhile
   */
  async deliver(lane: PartitionLane, messages: readonly QueuedMessage[]): Promise<string | undefined> {
    let done: string | undefined;
    const markDone = (entries: readonly Entry<E>[]): void => void (done = entries.at(-1)?.queued.next ?? done);
    try {
      const entries = await this.sift(lane, messages);
      await this.handle(lane, entries, 0, this.maxAttempts, markDone);
      return messages.at(-1)?.next;
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
      return done;
    }
  }

  /** Sends what the schema refuses to dead letters, and returns the rest. */
  private async sift(lane: PartitionLane, messages: readonly QueuedMessage[]): Promise<Entry<E>[]> {
    const entries: Entry<E>[] = [];
    const invalid: { queued: QueuedMessage; error: Error }[] = [];
    await inTurns(messages, (queued) => {
      const decoded = decode(this.topic, queued.incoming);
      if (decoded.kind === 'invalid') invalid.push({ queued, error: decoded.error });
      else if (decoded.kind === 'event') entries.push({ queued, event: { value: decoded.event }, isSettled: false });
      else if (this.subscription.deletions === true) entries.push({ queued, event: undefined, isSettled: false });
    });
    if (invalid.length > 0) await this.bury(lane, invalid, 0, 'invalid');
    return entries;
  }

  private async handle(
    lane: PartitionLane,
    entries: readonly Entry<E>[],
    failures: number,
    maxFailures: number,
    markDone: (entries: readonly Entry<E>[]) => void,
  ): Promise<void> {
    let failed = failures;
    for (;;) {
      const remaining = entries.filter(({ isSettled }) => !isSettled);
      if (remaining.length === 0) break;
      const error = await this.tryOnce(lane, remaining, failed);
      if (error === undefined) break;
      failed += 1;
      this.context.observer.retried?.({ ...this.names, attempt: failed, error });
      if (failed < maxFailures) {
        await this.waitOrClose(lane, fullJitter(failed, this.context.backOff));
        continue;
      }
      await this.findCulprits(lane, remaining, failed, error, markDone);
      break;
    }
    markDone(entries);
  }

  /** Halves the batch, each half with one attempt, until the messages that fail stand alone; in order, so that keys keep theirs. */
  private async findCulprits(
    lane: PartitionLane,
    entries: readonly Entry<E>[],
    failures: number,
    error: Error,
    markDone: (entries: readonly Entry<E>[]) => void,
  ): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    if (entries.length === 1) {
      await this.bury(lane, [{ queued: first.queued, error }], failures, 'failed');
      return;
    }
    const middle = Math.ceil(entries.length / 2);
    for (const half of [entries.slice(0, middle), entries.slice(middle)]) {
      await this.handle(lane, half, failures, failures + 1, markDone);
    }
  }

  /** One attempt, and as many more as it takes where a dependency is away. @returns what the handler failed with */
  private async tryOnce(lane: PartitionLane, entries: readonly Entry<E>[], failures: number): Promise<Error | undefined> {
    for (let absences = 1; ; absences += 1) {
      try {
        await this.call(lane, entries, failures + 1);
        this.tellWaiting(lane, undefined);
        return undefined;
      } catch (thrown) {
        const error = asError(thrown);
        if (lane.abort.signal.aborted) throw new Closed();
        const absent = unavailableDependency(error);
        if (absent === undefined) {
          this.tellWaiting(lane, undefined);
          if (lane.closing.signal.aborted) throw new Closed();
          this.context.logger.warn({ ...this.names, partition: lane.partition, messages: entries.length, err: error }, 'A batch failed');
          return error;
        }
        this.tellWaiting(lane, absent.message);
        await this.waitOrClose(lane, this.pauseBeforeLooking(absences));
      }
    }
  }

  private async call(lane: PartitionLane, entries: readonly Entry<E>[], attempt: number): Promise<void> {
    const { trace, heartbeat } = this.context;
    const events: ReceivedEvent<E>[] = [];
    const deletions: IncomingMessage[] = [];
    for (const { queued, event } of entries) {
      if (event === undefined) deletions.push(queued.incoming);
      else events.push({ event: event.value, message: queued.incoming });
    }
    const batch: EventBatch<E> = {
      topic: this.topic.name,
      partition: lane.partition,
      events,
      deletions,
      signal: lane.abort.signal,
      heartbeat,
      deadLetter: async (message, error) => {
        const entry = entries.find(({ queued }) => queued.incoming.offset === message.offset);
        if (entry === undefined || entry.isSettled) return;
        await this.sendDeadLetters([{ queued: entry.queued, error }], attempt, 'failed');
        entry.isSettled = true;
      },
    };
    const work = async (): Promise<void> => this.subscription.handle(batch);
    if (trace === undefined) await work();
    else await trace.around({ ...this.names, partition: lane.partition, carriers: carriersOf(entries) }, work);
  }

  /** Sends messages to dead letters, however long it takes: an offset that is committed without would lose them. */
  private async bury(
    lane: PartitionLane,
    letters: readonly { queued: QueuedMessage; error: Error }[],
    attempts: number,
    reason: 'invalid' | 'failed',
  ): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.sendDeadLetters(letters, attempts, reason);
        this.tellWaiting(lane, undefined);
        return;
      } catch (thrown) {
        const error = asError(thrown);
        this.context.logger.error({ ...this.names, err: error }, 'Dead letters could not be published; trying again');
        this.tellWaiting(lane, error.message);
        await this.waitOrClose(lane, this.pauseBeforeLooking(failures));
      }
    }
  }

  private pauseBeforeLooking(absences: number): number {
    return Math.min(LONGEST_ABSENCE_PAUSE, fullJitter(absences, this.context.backOff));
  }

  private async sendDeadLetters(
    letters: readonly { queued: QueuedMessage; error: Error }[],
    attempts: number,
    reason: 'invalid' | 'failed',
  ): Promise<void> {
    const { group } = this.subscription;
    await this.context.publish(
      deadLetterTopic(this.topic.name),
      letters.map(({ queued, error }) => deadLetterOf(queued, { error, attempts, group })),
    );
    for (const { queued, error } of letters) {
      const { partition, offset } = queued.incoming;
      this.context.logger.warn({ ...this.names, partition, offset, err: error }, 'A message went to dead letters');
      this.context.observer.deadLettered?.({ ...this.names, reason });
    }
  }

  private async waitOrClose(lane: PartitionLane, milliseconds: number): Promise<void> {
    await this.context.wait(milliseconds, lane);
    if (lane.closing.signal.aborted) throw new Closed();
  }

  private tellWaiting(lane: PartitionLane, reason: string | undefined): void {
    if (lane.waitsFor === reason) return;
    lane.waitsFor = reason;
    if (reason !== undefined) this.context.logger.warn({ ...this.names, partition: lane.partition, reason }, 'Waiting for a dependency');
    this.context.changed();
  }

  private get names(): { topic: string; group: string } {
    return { topic: this.topic.name, group: this.subscription.group };
  }
}

function carriersOf(entries: readonly Entry<unknown>[]): TraceCarrier[] {
  const carriers = new Map<string, TraceCarrier>();
  for (const { queued } of entries) {
    const { traceparent, tracestate } = queued.incoming.headers;
    if (traceparent !== undefined) carriers.set(traceparent, tracestate === undefined ? { traceparent } : { traceparent, tracestate });
  }
  return [...carriers.values()];
}
