import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentFeed } from './document-feed';
import { processUsage } from './process-usage';
import { readProgress, untilDone } from './progress';
import { readMetrics, type ServiceMetrics } from './service-metrics';
import type { StreamGround } from './stream-ground';

/** What a service did at full load, from the first document on its topic to the last effect of the last one. */
export interface Throughput {
  seconds: number;
  documents: number;
  pairs: number;
  /** Processor time of the service's process, and of its inference threads. */
  cpuSeconds: number;
  inferenceCpuSeconds: number;
  eventLoopDelay: ServiceMetrics['eventLoopDelay'];
}

/** Documents that wait on the topic, so that the service never waits for them. */
export const AHEAD = 5_000;
const LOOK_EVERY = 500;

/** Plays so many documents into a service as fast as it takes them, and waits until everything is done. */
export async function measureThroughput(
  { monitor, database }: StreamGround,
  feed: DocumentFeed,
  documents: number,
  onProgress: (documents: number) => void,
): Promise<Throughput> {
  const before = { ...(await readMetrics(monitor.url)), ...processUsage(monitor.pid) };
  const startedAt = performance.now();
  while (feed.published < documents) {
    const { documents: scored } = await readProgress(database);
    onProgress(scored);
    await feed.publishUpTo(Math.min(documents, scored + AHEAD));
    await sleep(LOOK_EVERY);
  }
  await untilDone(database, documents);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = { ...(await readMetrics(monitor.url)), ...processUsage(monitor.pid) };
  return {
    seconds,
    documents: after.documents.scored - before.documents.scored,
    pairs: after.pairs - before.pairs,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    inferenceCpuSeconds: after.inferenceCpuSeconds - before.inferenceCpuSeconds,
    eventLoopDelay: after.eventLoopDelay,
  };
}
