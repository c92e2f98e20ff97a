import type { RawMessage, QueuedMessage } from './queued-message';

/** Headers of a dead letter, beside those that the message had. */
export const DEAD_LETTER_HEADERS = {
  error: 'dead-letter-error',
  attempts: 'dead-letter-attempts',
  group: 'dead-letter-group',
  topic: 'dead-letter-original-topic',
  partition: 'dead-letter-original-partition',
  offset: 'dead-letter-original-offset',
  /** When the message was published first, milliseconds since the epoch. */
  timestamp: 'dead-letter-original-timestamp',
} as const;

/** How often `attune replay` has sent a message back. */
export const REPLAYS_HEADER = 'attune-replays';

/** Brokers bound a message with its headers, and an error can quote the whole of it. */
const MAX_ERROR_CHARACTERS = 1_000;

/** A message as a dead letter: key, value and headers untouched, and where it came from and why it failed in further headers. */
export function deadLetterOf({ incoming, raw }: QueuedMessage, failure: { error: Error; attempts: number; group: string }): RawMessage {
  const { error, attempts, group } = failure;
  return {
    ...raw,
    headers: {
      ...raw.headers,
      [DEAD_LETTER_HEADERS.error]: `${error.name}: ${error.message}`.slice(0, MAX_ERROR_CHARACTERS),
      [DEAD_LETTER_HEADERS.attempts]: String(attempts),
      [DEAD_LETTER_HEADERS.group]: group,
      [DEAD_LETTER_HEADERS.topic]: incoming.topic,
      [DEAD_LETTER_HEADERS.partition]: String(incoming.partition),
      [DEAD_LETTER_HEADERS.offset]: incoming.offset,
      [DEAD_LETTER_HEADERS.timestamp]: String(incoming.timestamp),
    },
  };
}
