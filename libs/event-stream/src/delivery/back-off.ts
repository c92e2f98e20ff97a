import { setTimeout as sleep } from 'node:timers/promises';
import type { BackOffOptions } from '../options';

/**
 * The delay before an attempt, in milliseconds: full jitter, as in Brooker, "Exponential Backoff And Jitter" (2015).
 *
 * @param failures attempts that have failed, 1 or more
 */
export function fullJitter(failures: number, { base = 100, cap = 30_000, random = Math.random }: BackOffOptions = {}): number {
  return random() * Math.min(cap, base * 2 ** failures);
}

/** Waits until the time is up or the signal is aborted, whichever comes first. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** Waits until the work has ended or the time is up. @returns whether it has ended */
export async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([work.then(() => true), pause(milliseconds, timer.signal).then(() => false)]);
  } finally {
    timer.abort();
  }
}
