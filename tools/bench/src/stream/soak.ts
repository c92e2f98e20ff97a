import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketDocument } from '@attune/contracts';
import { mean } from '../statistics';
import { processUsage } from './process-usage';
import { readProgress } from './progress';
import { readMetrics, type ServiceMetrics } from './service-metrics';
import { publishDocuments, type StreamGround } from './stream-ground';

export interface SoakOptions {
  documents: readonly MarketDocument[];
  minutes: number;
  onMinute: (minute: SoakMinute) => void;
}

/** What a service did and held in one minute of full load. */
export interface SoakMinute {
  documents: number;
  /** Mean resident memory in bytes. */
  memory: number;
  eventLoopDelay: ServiceMetrics['eventLoopDelay'];
  /** Share of the process's processor time that its inference threads used. */
  inferenceShare: number;
}

const LOOK_EVERY = 2_000;
const MINUTE = 60_000;
/** Documents that wait on the topic, so that the service never waits for them. */
const AHEAD = 10_000;
const DAY = 24 * 60 * 60 * 1_000;

/** Keeps a service at full load. When the documents run out they come again, moved in time behind the last one, under other ids. */
export async function soak(ground: StreamGround, { documents, minutes, onMinute }: SoakOptions): Promise<SoakMinute[]> {
  const { monitor, database } = ground;
  const already = (await readProgress(database)).documents;
  const feed = new Feed(ground, documents);
  const result: SoakMinute[] = [];
  let before = { ...(await readMetrics(monitor.url)), ...processUsage(monitor.pid) };
  while (result.length < minutes) {
    const memory: number[] = [];
    for (const end = performance.now() + MINUTE; performance.now() < end;) {
      await feed.publishUpTo((await readProgress(database)).documents - already + AHEAD);
      memory.push(processUsage(monitor.pid).memory);
      await sleep(LOOK_EVERY);
    }
    const after = { ...(await readMetrics(monitor.url)), ...processUsage(monitor.pid) };
    const minute = {
      documents: after.documents.scored - before.documents.scored,
      memory: mean(memory),
      eventLoopDelay: after.eventLoopDelay,
      inferenceShare: (after.inferenceCpuSeconds - before.inferenceCpuSeconds) / (after.cpuSeconds - before.cpuSeconds),
    };
    result.push(minute);
    onMinute(minute);
    before = after;
  }
  return result;
}

/** Documents without end. */
class Feed {
  private published = 0;
  private readonly span: number;

  constructor(
    private readonly ground: StreamGround,
    private readonly documents: readonly MarketDocument[],
  ) {
    const time = (document: MarketDocument | undefined): number => Date.parse(document?.publishedAt ?? '');
    this.span = time(documents.at(-1)) - time(documents[0]) + DAY;
  }

  async publishUpTo(count: number): Promise<void> {
    const missing = Math.max(0, count - this.published);
    const next = Array.from({ length: missing }, (_, index) => this.at(this.published + index));
    await publishDocuments(this.ground.stream, next);
    this.published += missing;
  }

  private at(number: number): MarketDocument {
    const document = this.documents[number % this.documents.length];
    const pass = Math.floor(number / this.documents.length);
    const publishedAt = new Date(Date.parse(document.publishedAt) + pass * this.span).toISOString();
    return { ...document, id: `${document.id}@${pass}`, publishedAt };
  }
}
