import type { MarketDocument } from '@attune/contracts';
import { processUsage } from './process-usage';
import { untilDone } from './progress';
import { readMetrics } from './service-metrics';
import { publishDocuments, type StreamGround } from './stream-ground';

/** What a service did at full load, from the first document on its topic to the last effect of the last one. */
export interface Throughput {
  seconds: number;
  documents: number;
  pairs: number;
  /** Processor time of the service's process, and of its inference threads. */
  cpuSeconds: number;
  inferenceCpuSeconds: number;
  /** Seconds by which the event loop came round late. */
  eventLoopDelay: { p50: number; p99: number; longest: number };
}

/** Plays documents into a service as fast as the broker takes them, and waits until everything is done. */
export async function measureThroughput(
  { monitor, stream, database }: StreamGround,
  documents: readonly MarketDocument[],
  onProgress: (documents: number) => void,
): Promise<Throughput> {
  const before = await readMetrics(monitor.url);
  const usageBefore = processUsage(monitor.pid);
  const startedAt = performance.now();
  await publishDocuments(stream, documents);
  await untilDone(database, documents.length, (progress) => onProgress(progress.documents));
  const seconds = (performance.now() - startedAt) / 1_000;
  const usage = processUsage(monitor.pid);
  const after = await readMetrics(monitor.url);
  return {
    seconds,
    documents: after.documents.scored - before.documents.scored,
    pairs: after.pairs - before.pairs,
    cpuSeconds: usage.cpuSeconds - usageBefore.cpuSeconds,
    inferenceCpuSeconds: after.inferenceCpuSeconds - before.inferenceCpuSeconds,
    eventLoopDelay: after.eventLoopDelay,
  };
}
