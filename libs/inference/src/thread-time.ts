import { readFileSync } from 'node:fs';

/** Linux: nanoseconds that the thread which opens it has run, as the first number. */
const SCHEDULER_STATISTICS = '/proc/thread-self/schedstat';

/** Seconds of processor time that the calling thread has used; undefined where the system does not say. */
export function threadCpuSeconds(): number | undefined {
  try {
    return Number.parseInt(readFileSync(SCHEDULER_STATISTICS, 'latin1'), 10) / 1e9;
  } catch {
    return undefined;
  }
}
