import type { z } from 'zod';
import { HttpProblem } from '../problems/http-problem';

/** A place in a list, opaque to clients. */
export function encodeCursor(place: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place that a cursor names; undefined without one, at the beginning of the list.
 *
 * @throws HttpProblem `invalid-request` where a client made the cursor up
 */
export function decodeCursor<Place>(cursor: string | undefined, place: z.ZodType<Place>): Place | undefined {
  if (cursor === undefined) return undefined;
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new HttpProblem('invalid-request', { detail: 'This cursor is not one of ours: use nextCursor of the page before.', cause });
  }
}
