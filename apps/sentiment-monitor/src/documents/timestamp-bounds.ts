/** How far ahead of the clock a document may be dated: clocks differ by so much at most. */
const MAX_AHEAD_MS = 15 * 60 * 1_000;
/** Nothing that this service is fed was published before the web was: an older date is a fault of its source. */
const EARLIEST = Date.UTC(1991, 0, 1);

/** What is wrong with the time at which a document says it was published; undefined where nothing is. */
export function timestampFault(publishedAt: string, now: number): string | undefined {
  const time = Date.parse(publishedAt);
  if (time > now + MAX_AHEAD_MS) return `publishedAt: ${publishedAt} lies in the future`;
  if (time < EARLIEST) return `publishedAt: ${publishedAt} lies before 1991`;
  return undefined;
}
