import { join } from 'node:path';
import { startService, startServiceInVain, type RunningService } from '@attune/testing';

export { until } from '@attune/testing';

export type RunningMonitor = RunningService;

const PROGRAM = join(__dirname, '../bin/sentiment-monitor.js');
/** Specs run two at a time on two processors. */
const THREADS = { ATTUNE_INFERENCE_THREADS: '1' };

/** Starts the monitor as a process of its own, and waits until it is ready. */
export function startMonitor(environment: Record<string, string>): Promise<RunningMonitor> {
  return startService(PROGRAM, { ...THREADS, ...environment });
}

/** Starts the monitor where it is expected not to come up. */
export function startInVain(environment: Record<string, string>): Promise<{ status: number | null; output: string }> {
  return startServiceInVain(PROGRAM, { ...THREADS, ...environment });
}
