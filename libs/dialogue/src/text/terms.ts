/** Scripts that write words without spaces: their runs are indexed by single characters and by pairs. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
const RUN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー])[\p{L}\p{N}\p{M}])+(?:[-_/.'’](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+)*/gu;
const PART = /[-_/.]/;
const DIGIT = /\p{N}/u;

/** What a text is looked up by. */
export interface Terms {
  /** In their order, repeats included. */
  readonly all: readonly string[];
  /** Those that name one thing, such as an error code or a part number: they hold a digit. */
  readonly identifiers: readonly string[];
}

/**
 * The terms of a text for lexical search: words in lower case (Unicode NFKC) without their plural ending; characters and
 * pairs of characters where a script writes no spaces. A code such as `E-4012` counts as one term, however it is
 * written (`e4012`), and by its parts.
 */
export function termsOf(text: string): Terms {
  const all: string[] = [];
  const identifiers: string[] = [];
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(RUN)) {
    if (UNSPACED.test(run)) addPairs(run, all);
    else addWord(run.replaceAll('’', "'"), all, identifiers);
  }
  return { all, identifiers };
}

/** Whether a text has a word at all: emoji and punctuation alone ask nothing. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** A text as repeats of it are known by: its words, whatever their case, spacing and punctuation. */
export function normalForm(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  ).join(' ');
}

function addPairs(run: string, all: string[]): void {
  const characters = [...run];
  all.push(...characters);
  for (let i = 1; i < characters.length; i++) all.push(characters[i - 1] + characters[i]);
}

function addWord(run: string, all: string[], identifiers: string[]): void {
  const parts = run.split(PART);
  if (DIGIT.test(run)) {
    const joined = parts.join('');
    all.push(joined);
    identifiers.push(joined);
    if (parts.length > 1) all.push(...parts);
    return;
  }
  for (const part of parts) all.push(singular(part.replace(/'(?:s|re|ve|ll|d|m)?$/, '').replaceAll("'", '')));
}

/** The S-stemmer (Harman 1991): plurals alone, so that no two words of different meaning fall together. */
function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s')) return word;
  if (word.endsWith('ies') && !/[ae]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (word.endsWith('es') && !/[aeo]es$/.test(word)) return word.slice(0, -1);
  return /[us]s$/.test(word) ? word : word.slice(0, -1);
}
