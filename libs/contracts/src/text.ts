import { z } from 'zod';

const NUL = '\0';
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * A text that can be stored and sent on everywhere: PostgreSQL keeps no U+0000, and half of a surrogate pair is no
 * character of UTF-8. Every text from outside is read by it.
 *
 * @param most characters
 */
export function storableText(most?: number) {
  const text = most === undefined ? z.string() : z.string().max(most);
  return text
    .refine((value) => !value.includes(NUL), 'must not hold the character U+0000')
    .refine((value) => !LONE_SURROGATE.test(value), 'must not hold half of a surrogate pair');
}

/** A storable text with something in it besides blanks. */
export function wordedText(message: string, most?: number) {
  return storableText(most).regex(/\S/, message);
}

/** An address of the web. */
export function webAddress() {
  return z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .refine((text) => storableText().safeParse(text).success, 'holds what is no Unicode character');
}
