import { inTurns } from '@attune/event-stream';
import { selectTop } from '@attune/ranking';

/** Values among which is chosen at a stretch. */
const PART = 4_000;

/**
 * Places of the largest values, the largest first, chosen part by part, so that requests need not wait for all of them.
 *
 * @param allowed which values may be among them
 */
export async function topInTurns(values: Float64Array, count: number, allowed: (value: number) => boolean): Promise<number[]> {
  const parts = Array.from({ length: Math.ceil(values.length / PART) }, (_, part) => part * PART);
  const best: number[] = [];
  await inTurns(parts, (start) => {
    const part = values.subarray(start, start + PART);
    for (const place of selectTop(part, count, (at) => allowed(part[at]))) best.push(start + place);
  });
  const chosen = Float64Array.from(best, (place) => values[place]);
  return selectTop(chosen, count).map((at) => best[at]);
}
