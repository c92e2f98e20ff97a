import { marketDocumentEventSchema, type MarketDocument } from '@attune/contracts';
import type { IncomingMessage } from '@attune/event-stream';
import { contentHash } from '@attune/opinion';

/** What must become of a message of `market.documents`. */
export type Fate = 'scored' | 'duplicate' | 'dead-letter';

/** What must become of every message. */
export interface Fates {
  readonly counts: Readonly<Record<Fate, number>>;
  /** `partition:offset` of the messages that belong into dead letters. */
  readonly deadLetters: ReadonlySet<string>;
  /** Content hash of each document that must be scored, by its id. */
  readonly scored: ReadonlyMap<string, string>;
}

const EARLIEST = Date.UTC(1991, 0, 1);
const MOST_AHEAD = 15 * 60_000;

/** Decides from the messages alone, as the promises say it and not as the service does it. Messages of a partition are in order. */
export function fatesOf(messages: readonly IncomingMessage[]): Fates {
  const scored = new Map<string, string>();
  const deadLetters = new Set<string>();
  const counts = { scored: 0, duplicate: 0, 'dead-letter': 0 };
  for (const message of messages) {
    const fate = fateOf(message, scored);
    counts[fate] += 1;
    if (fate === 'dead-letter') deadLetters.add(`${message.partition}:${message.offset}`);
  }
  return { counts, deadLetters, scored };
}

function fateOf({ value, timestamp }: IncomingMessage, scored: Map<string, string>): Fate {
  const document = documentOf(value);
  if (document === undefined) return 'dead-letter';
  const hash = contentHash(document);
  const before = scored.get(document.id);
  if (before !== undefined) return before === hash ? 'duplicate' : 'dead-letter';
  const publishedAt = Date.parse(document.publishedAt);
  if (publishedAt < EARLIEST || publishedAt > timestamp + MOST_AHEAD) return 'dead-letter';
  scored.set(document.id, hash);
  return 'scored';
}

function documentOf(value: Buffer | null): MarketDocument | undefined {
  try {
    return marketDocumentEventSchema.parse(JSON.parse(String(value))).data;
  } catch {
    return undefined;
  }
}
