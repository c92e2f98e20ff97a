import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import type { QueuedMessage } from '../delivery/queued-message';
import type { IncomingMessage } from '../port';

/** The messages of a fetch, each with the offset to commit once it is handled. */
export function queuedMessages(batch: Batch): QueuedMessage[] {
  const { topic, partition, messages } = batch;
  const last = messages.length - 1;
  return messages.map((message, index) => ({
    incoming: incomingMessage(topic, partition, message),
    raw: { key: message.key, value: message.value, headers: rawHeaders(message.headers) },
    // Behind the last message there may be records that are none, such as the marks of transactions.
    next: String(BigInt(index === last ? batch.lastOffset() : message.offset) + 1n),
  }));
}

export function incomingMessage(topic: string, partition: number, message: KafkaMessage): IncomingMessage {
  const { offset, key, value, headers, timestamp } = message;
  return {
    topic,
    partition,
    offset,
    key: key === null ? null : key.toString(),
    value,
    headers: Object.fromEntries(Object.entries(rawHeaders(headers)).map(([name, header]) => [name, header.toString()])),
    timestamp: Number(timestamp),
  };
}

/** Of headers that came more than once the last one counts. */
function rawHeaders(headers: IHeaders = {}): Record<string, Buffer | string> {
  const raw: Record<string, Buffer | string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) raw[name] = last;
  }
  return raw;
}
