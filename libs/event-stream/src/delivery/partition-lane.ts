import type { QueuedMessage } from './queued-message';

/** Messages of one partition that were fetched and wait, and how far the partition is. */
export class PartitionLane {
  /** Aborted when no further batch may be begun, nor an attempt repeated. */
  readonly closing = new AbortController();
  /** Aborted when the batch in hand is not wanted any more. */
  readonly abort = new AbortController();
  /** Somebody else has the partition: nothing may be committed. */
  isLost = false;
  isPaused = false;
  /** Ends when the lane has run out of messages or was closed. */
  running: Promise<void> | undefined;
  /** Behind its messages stand records that are none: everything before this offset is handled once they are. */
  passedUpTo: string | undefined;
  /** Why its handler waits for a dependency. */
  waitsFor: string | undefined;
  private awaitingRoom: { isThere: (length: number, bytes: number) => boolean; resolve: () => void }[] = [];
  private queue: QueuedMessage[] = [];
  private head = 0;
  private queuedBytes = 0;
  private position: bigint | undefined;
  private end = 0n;

  constructor(readonly partition: number) {}

  get length(): number {
    return this.queue.length - this.head;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  /** Messages that are not handled yet, as far as is known. */
  get lag(): number {
    return this.position === undefined ? 0 : Math.max(0, Number(this.end - this.position));
  }

  push(messages: readonly QueuedMessage[]): void {
    // What comes behind them is committed with the last of these messages.
    if (messages.length > 0) this.passedUpTo = undefined;
    for (const message of messages) {
      this.queue.push(message);
      this.queuedBytes += sizeOf(message);
    }
    const first = messages[0];
    if (first !== undefined) this.position ??= BigInt(first.incoming.offset);
  }

  /**
   * Takes the next messages. With `apart`, it stops before a message that is a deletion of a key taken as an event, or
   * the reverse.
   */
  take(most: number, apart: boolean): QueuedMessage[] {
    const limit = apart ? this.countApart(most) : Math.min(most, this.length);
    const taken = this.queue.slice(this.head, this.head + limit);
    this.head += limit;
    for (const message of taken) this.queuedBytes -= sizeOf(message);
    // Dropping the taken ones one by one would move the whole queue each time.
    if (this.head * 2 >= this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    this.tellTaken();
    return taken;
  }

  /** Resolves once as many messages and bytes are left as `isThere` asks for, or the lane is closed. */
  untilTaken(isThere: (length: number, bytes: number) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.awaitingRoom.push({ isThere, resolve });
      this.tellTaken();
    });
  }

  /** Begins no further batch, and repeats no attempt. */
  close(): void {
    this.closing.abort();
    this.tellTaken();
  }

  /** Somebody else has the partition: ends what can be ended. */
  lose(): void {
    this.isLost = true;
    this.close();
    this.abort.abort();
  }

  /** Everything before this offset is handled. */
  handledUpTo(next: string): void {
    this.position = BigInt(next);
  }

  /** Where the partition is handled up to, as the group has committed, and where it ends. */
  learn({ position, end }: { position?: string; end?: string }): void {
    if (position !== undefined) this.position ??= BigInt(position);
    if (end !== undefined && BigInt(end) > this.end) this.end = BigInt(end);
  }

  private tellTaken(): void {
    const isClosed = this.closing.signal.aborted;
    const isOver = this.awaitingRoom.filter(({ isThere }) => isClosed || isThere(this.length, this.queuedBytes));
    if (isOver.length === 0) return;
    this.awaitingRoom = this.awaitingRoom.filter((each) => !isOver.includes(each));
    for (const { resolve } of isOver) resolve();
  }

  private countApart(most: number): number {
    const kinds = new Map<string | null, boolean>();
    const limit = Math.min(most, this.length);
    for (let count = 0; count < limit; count += 1) {
      const message = this.queue[this.head + count]?.incoming;
      if (message === undefined) return count;
      const isDeletion = message.value === null;
      if ((kinds.get(message.key) ?? isDeletion) !== isDeletion) return count;
      kinds.set(message.key, isDeletion);
    }
    return limit;
  }
}

function sizeOf({ incoming }: QueuedMessage): number {
  return incoming.value?.length ?? 0;
}
