import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketDocument } from '@attune/contracts';

/** How documents are played. */
export interface PlayOptions {
  /** Event time passes so many times as fast as real time; Infinity: as fast as they are taken. */
  readonly speed: number;
  /** Publishes documents; the next are sent when it is done, so that a slow receiver slows the play down. */
  publish(documents: readonly MarketDocument[]): Promise<void>;
  readonly signal: AbortSignal;
  /** Told how many documents were sent. */
  onSent?(sent: number): void;
  /** Most documents sent at once. */
  readonly batch?: number;
}

/** How a play ended. */
export interface PlayResult {
  readonly sent: number;
  /** The signal ended it before the last document. */
  readonly interrupted: boolean;
  readonly seconds: number;
  /** Most seconds that a document was sent after its time. */
  readonly lag: number;
}

const DEFAULT_BATCH = 500;

/**
 * Sends documents at the pace at which they were published, times `speed`: the first at once, each other when its time has come. Documents
 * whose time has come together are sent together.
 *
 * @param documents in the order of their publication
 */
export async function playDocuments(documents: AsyncIterable<MarketDocument>, options: PlayOptions): Promise<PlayResult> {
  const { speed, signal, publish, onSent, batch = DEFAULT_BATCH } = options;
  const started = performance.now();
  let first: number | undefined;
  let waiting: MarketDocument[] = [];
  let sent = 0;
  let lag = 0;
  const send = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await publish(waiting);
    sent += waiting.length;
    waiting = [];
    onSent?.(sent);
  };
  try {
    for await (const document of documents) {
      const publishedAt = Date.parse(document.publishedAt);
      first ??= publishedAt;
      const due = started + (publishedAt - first) / speed;
      if (due > performance.now()) await send();
      await until(due, signal);
      signal.throwIfAborted();
      if (speed !== Infinity) lag = Math.max(lag, performance.now() - due);
      if (waiting.push(document) >= batch) await send();
    }
    await send();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { sent, interrupted: signal.aborted, seconds: (performance.now() - started) / 1000, lag: lag / 1000 };
}

/** A timer cannot be set for longer. */
const LONGEST_SLEEP = 2 ** 31 - 1;

async function until(due: number, signal: AbortSignal): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await sleep(Math.min(left, LONGEST_SLEEP), undefined, { signal });
  }
}
