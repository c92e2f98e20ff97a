import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka } from 'kafkajs';
import { silentLogger } from '../delivery/silent-logger';
import { asError } from '../errors';
import type { IncomingMessage, PartitionRange } from '../port';
import type { KafkaAdmin } from './kafka-admin';
import { RETRY } from './kafka-client';
import { streamError } from './kafka-errors';
import { incomingMessage } from './kafka-messages';
import type { KafkaStreamOptions } from './kafka-options';

const MAX_WAIT = 200;

/**
 * Reads a topic from its beginning to the end that it has now; see `EventStream.readToEnd`. kafkajs reads in groups
 * alone, so it is one that nobody else is in, commits nothing, and is deleted afterwards.
 */
export async function readToEnd(
  { kafka, admin, options }: { kafka: Kafka; admin: KafkaAdmin; options: KafkaStreamOptions },
  topic: string,
  handle: (messages: readonly IncomingMessage[]) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const progress = new ReadProgress(await admin.rangesOf(topic));
  if (progress.isOver) return;
  const groupId = `${options.clientId ?? 'attune'}-read-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: MAX_WAIT,
    retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
  });
  try {
    await consumeUntil(consumer, topic, progress, handle, signal);
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : streamError(error, [topic]);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin
      .ask((connection) => connection.deleteGroups([groupId]))
      .catch((error: unknown) => (options.logger ?? silentLogger).debug({ err: error, groupId }, 'A reading group could not be deleted'));
  }
}

/** How far each partition is read. */
class ReadProgress {
  private readonly remaining: Map<number, bigint>;

  constructor(ranges: readonly PartitionRange[]) {
    this.remaining = new Map(
      ranges.filter(({ first, end }) => BigInt(first) < BigInt(end)).map(({ partition, end }) => [partition, BigInt(end)]),
    );
  }

  get isOver(): boolean {
    return this.remaining.size === 0;
  }

  includes(partition: number, offset: string): boolean {
    const end = this.remaining.get(partition);
    return end !== undefined && BigInt(offset) < end;
  }

  advance(partition: number, lastOffset: string): void {
    if (!this.includes(partition, String(BigInt(lastOffset) + 1n))) this.remaining.delete(partition);
  }
}

async function consumeUntil(
  consumer: Consumer,
  topic: string,
  progress: ReadProgress,
  handle: (messages: readonly IncomingMessage[]) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let onAbort = (): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    onAbort = (): void => reject(asError(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    // Also told of what holds no messages, such as the marks of transactions.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      progress.advance(payload.partition, payload.lastOffset);
      if (progress.isOver) resolve();
    });
  });
  ended.catch(() => undefined);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        const { partition } = batch;
        const messages = batch.messages.filter(({ offset }) => progress.includes(partition, offset));
        if (messages.length === 0 || signal?.aborted === true) return;
        const beat = setInterval(() => void heartbeat().catch(() => undefined), 1_000);
        try {
          await handle(messages.map((message) => incomingMessage(topic, partition, message)));
        } finally {
          clearInterval(beat);
        }
      },
    });
    await ended;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
