/** Milliseconds. */
const FIRST = 100;
const LONGEST = 15_000;

/** When to try again what failed: after pauses that double up to a bound, by a random part shorter. */
export class BackOff {
  private failures = 0;
  private until = 0;

  /** Notes a failure at a time in milliseconds. */
  fail(now: number): void {
    const longest = Math.min(LONGEST, FIRST * 2 ** this.failures++);
    this.until = now + longest * (0.5 + Math.random() / 2);
  }

  /** Milliseconds to wait from a time on; 0 where it may be tried. */
  remaining(now: number): number {
    return Math.max(0, this.until - now);
  }
}
