import { setTimeout as sleep } from 'node:timers/promises';
import { mean } from '../statistics';
import type { DocumentFeed } from './document-feed';
import { processUsage } from './process-usage';
import { readProgress } from './progress';
import { readMetrics, type ServiceMetrics } from './service-metrics';
import type { StreamGround } from './stream-ground';
import { AHEAD } from './throughput';

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

/** Keeps a service at full load for some minutes. */
export async function soak(
  { monitor, database }: StreamGround,
  feed: DocumentFeed,
  minutes: number,
  onMinute: (minute: SoakMinute) => void,
): Promise<SoakMinute[]> {
  const result: SoakMinute[] = [];
  let before = { ...(await readMetrics(monitor.url)), ...processUsage(monitor.pid) };
  while (result.length < minutes) {
    const memory: number[] = [];
    for (const end = performance.now() + MINUTE; performance.now() < end;) {
      await feed.publishUpTo((await readProgress(database)).documents + AHEAD);
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
