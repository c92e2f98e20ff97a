/** A word of a text, and where it stands. */
export interface Word {
  text: string;
  /** UTF-16 offsets. */
  start: number;
  end: number;
}

/**
 * Words by Unicode's rules (UAX 29), which know languages without blanks, too.
 *
 * @param most words; of a longer text the first ones
 */
export function wordsOf(text: string, most = Infinity): Word[] {
  const words: Word[] = [];
  for (const { segment, index, isWordLike } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)) {
    if (words.length >= most) break;
    if (isWordLike) words.push({ text: segment, start: index, end: index + segment.length });
  }
  return words;
}

/** A text without some of its words. */
export function withoutWords(text: string, words: readonly Pick<Word, 'start' | 'end'>[]): string {
  let left = '';
  let at = 0;
  for (const { start, end } of [...words].sort((one, other) => one.start - other.start)) {
    left += text.slice(at, start);
    at = end;
  }
  return left + text.slice(at);
}
