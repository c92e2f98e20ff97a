import { HttpProblem } from '../problems/http-problem';
import { z } from 'zod';

/** A place in a list, opaque to clients. */
export function encodeCursor(place: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws HttpProblem `invalid-request` where a client made the cursor up */
export function decodeCursor<Key extends string>(cursor: string, keys: readonly Key[]): Record<Key, string> {
  const schema = z.record(z.enum(keys), z.string().max(300));
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString())) as Record<Key, string>;
  } catch (cause) {
    throw new HttpProblem('invalid-request', { detail: 'This cursor is not one of ours: use nextCursor of the page before.', cause });
  }
}
