/** How far ahead of the clock an event may be dated: clocks differ by so much at most. */
const MAX_AHEAD_MS = 15 * 60 * 1_000;

/** What is wrong with the time of an event; undefined where nothing is. However late it comes, it counts at its own time. */
export function eventTimeFault(at: string, now: number): string | undefined {
  return Date.parse(at) > now + MAX_AHEAD_MS ? `at: ${at} lies in the future` : undefined;
}
