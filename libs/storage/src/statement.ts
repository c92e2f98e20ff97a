import { createHash } from 'node:crypto';

/** A statement that is asked often: a connection of PostgreSQL parses and plans it once. */
export interface Statement {
  /** Another one for every other text. */
  readonly name: string;
  /** With `$1`, `$2`, … for its values. */
  readonly text: string;
}

/** Bytes go to PostgreSQL in the binary form of the type that they are cast to; the embedded database takes none. */
export type StatementValue = string | number | boolean | null | Buffer;

/** Characters that a name has beside what it begins with; PostgreSQL cuts names after 63. */
const NAME_LENGTH = 24;

/** @param text the whole statement, always the same: every other text is prepared, and kept, beside it */
export function statement(text: string): Statement {
  return { name: `attune_${createHash('sha256').update(text).digest('hex').slice(0, NAME_LENGTH)}`, text };
}
