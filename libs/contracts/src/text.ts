import { z } from 'zod';

/** A text without U+0000, which PostgreSQL does not store. */
export function storableText(most: number) {
  return z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, 'must not hold the character U+0000');
}
