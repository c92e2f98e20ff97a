/** A text as words with what stands between them. */
export interface WordsOfText {
  words: string[];
  /** What stands before each word, and after the last: one more than there are words. */
  between: string[];
}

/** Finds words as each language writes them, also where it puts no spaces between them; the same on every machine. */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Cuts a text at its words; `joinWords` puts it together again. */
export function splitWords(text: string): WordsOfText {
  const words: string[] = [];
  const between = [''];
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike === true) {
      words.push(segment);
      between.push('');
    } else between[between.length - 1] += segment;
  }
  return { words, between };
}

/** The text of words. */
export function joinWords({ words, between }: WordsOfText): string {
  return words.reduce((text, word, place) => text + word + between[place + 1], between[0]);
}

/** Leaves a word out, with what stands after it. */
export function removeWord({ words, between }: WordsOfText, place: number): void {
  words.splice(place, 1);
  const after = between.splice(place + 1, 1)[0];
  // At the end, what stood before it goes, and what ends the text stays.
  if (place === words.length && place > 0) between[place] = after;
}

/** Puts a word in before another, or after the last, apart from it as the text's words are. */
export function insertWord({ words, between }: WordsOfText, place: number, word: string): void {
  const space = between.slice(1, -1).some((separator) => separator.includes(' ')) || words.length < 2 ? ' ' : '';
  const atEnd = place === words.length;
  words.splice(place, 0, word);
  between.splice(atEnd ? place : place + 1, 0, space);
}
