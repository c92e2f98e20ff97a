import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopic } from '@attune/contracts';
import { DEAD_LETTER_HEADERS, REPLAYS_HEADER } from '../delivery/dead-letter';
import type { EventStream, IncomingMessage, OutgoingMessage } from '../port';
import type { ReplayFilter } from './replay-filter';

export interface ReplayOptions {
  /** The topic of dead letters. */
  readonly topic: string;
  /** Where to send them; by default where each came from. */
  readonly to?: string;
  /** Publish nothing. */
  readonly dryRun?: boolean;
  /** A message is sent back where all of them accept it. */
  readonly filters?: readonly ReplayFilter[];
  /** Most messages a second; by default as fast as it goes. */
  readonly rate?: number;
  /** A message that was sent back so often already stays where it is. Default 3. */
  readonly maxReplays?: number;
  readonly signal?: AbortSignal;
  /** Told of each message that is sent back, or would be. */
  readonly onReplay?: (message: IncomingMessage, to: string) => void;
}

/** Counts of messages. */
export interface ReplaySummary {
  readonly read: number;
  readonly replayed: number;
  /** Refused by a filter. */
  readonly filtered: number;
  /** Sent back too often already. */
  readonly exhausted: number;
  /** Nothing says where they came from, and no other topic was named. */
  readonly homeless: number;
}

const DEFAULT_MAX_REPLAYS = 3;
const ADDED_HEADERS: ReadonlySet<string> = new Set([...Object.values(DEAD_LETTER_HEADERS), REPLAYS_HEADER]);

/**
 * Sends dead letters back, key and bytes as they were; what is on the topic when it begins, and no more: those that fail
 * again meanwhile wait for the next time, with a higher count in the header `attune-replays`. The dead letters stay on
 * their topic too; whoever handles a message twice knows it by its id.
 *
 * @throws MissingTopicError, DependencyUnavailableError; AbortError of `signal`
 */
export async function replayDeadLetters(stream: EventStream, options: ReplayOptions): Promise<ReplaySummary> {
  const counts = { read: 0, replayed: 0, filtered: 0, exhausted: 0, homeless: 0 };
  const pace = new Pace(options.rate, options.signal);
  await stream.readToEnd(
    options.topic,
    async (messages) => {
      for (const slice of slices(messages, options.rate)) {
        const chosen = choose(slice, options, counts);
        await pace.hold(chosen.length);
        await send(stream, chosen, options);
        counts.replayed += chosen.length;
      }
    },
    options.signal,
  );
  return counts;
}

interface Chosen {
  readonly message: IncomingMessage;
  readonly to: string;
}

function choose(
  messages: readonly IncomingMessage[],
  { topic, to, filters = [], maxReplays = DEFAULT_MAX_REPLAYS }: ReplayOptions,
  counts: { read: number; filtered: number; exhausted: number; homeless: number },
): Chosen[] {
  const chosen: Chosen[] = [];
  for (const message of messages) {
    counts.read += 1;
    const target = to ?? message.headers[DEAD_LETTER_HEADERS.topic] ?? originByName(topic);
    if (!filters.every((accepts) => accepts(message))) counts.filtered += 1;
    else if (replaysOf(message) >= maxReplays) counts.exhausted += 1;
    else if (target === undefined) counts.homeless += 1;
    else chosen.push({ message, to: target });
  }
  return chosen;
}

/** Consecutive messages for one topic go together, so that order holds. */
async function send(stream: EventStream, chosen: readonly Chosen[], { dryRun = false, onReplay }: ReplayOptions): Promise<void> {
  for (const { message, to } of chosen) onReplay?.(message, to);
  if (dryRun) return;
  for (let start = 0; start < chosen.length;) {
    const to = chosen[start]?.to ?? '';
    const length = chosen.slice(start).findIndex((other) => other.to !== to);
    const end = length === -1 ? chosen.length : start + length;
    await stream.publish(
      to,
      chosen.slice(start, end).map(({ message }) => outgoing(message)),
    );
    start = end;
  }
}

function outgoing(message: IncomingMessage): OutgoingMessage {
  const own = Object.entries(message.headers).filter(([name]) => !ADDED_HEADERS.has(name));
  return {
    key: message.key,
    value: message.value,
    headers: { ...Object.fromEntries(own), [REPLAYS_HEADER]: String(replaysOf(message) + 1) },
  };
}

function replaysOf({ headers }: IncomingMessage): number {
  const count = Number(headers[REPLAYS_HEADER] ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
}

function originByName(topic: string): string | undefined {
  const suffix = deadLetterTopic('');
  return topic.endsWith(suffix) ? topic.slice(0, -suffix.length) : undefined;
}

/** With a rate, about a tenth of a second's worth at a time. */
function slices(messages: readonly IncomingMessage[], rate: number | undefined): IncomingMessage[][] {
  const size = rate === undefined ? messages.length : Math.max(1, Math.floor(rate / 10));
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, index) => messages.slice(index * size, (index + 1) * size));
}

/** Spaces messages out in time. */
class Pace {
  private nextAt = performance.now();

  constructor(
    private readonly rate: number | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async hold(messages: number): Promise<void> {
    if (this.rate === undefined || messages === 0) return;
    const now = performance.now();
    const delay = this.nextAt - now;
    this.nextAt = Math.max(now, this.nextAt) + (messages * 1_000) / this.rate;
    if (delay > 0) await sleep(delay, undefined, this.signal === undefined ? {} : { signal: this.signal });
  }
}
