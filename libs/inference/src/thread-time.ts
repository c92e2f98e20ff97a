import { readFileSync } from 'node:fs';

/** Linux: nanoseconds that the thread which opens it has run, as the first number. */
const SCHEDULER_STATISTICS = '/proc/thread-self/schedstat';

/**
 * The processor time of the calling thread. The system counts it in ticks of some milliseconds, so each reading goes on from the one
 * before it, and what one lacks the next one has.
 */
export class ThreadCpuTime {
  private last = threadSeconds();

  /** Seconds used since the last reading; undefined where the system does not say. */
  sinceLast(): number | undefined {
    const now = threadSeconds();
    const used = now === undefined || this.last === undefined ? undefined : now - this.last;
    this.last = now;
    return used;
  }
}

function threadSeconds(): number | undefined {
  try {
    return Number.parseInt(readFileSync(SCHEDULER_STATISTICS, 'latin1'), 10) / 1e9;
  } catch {
    return undefined;
  }
}
