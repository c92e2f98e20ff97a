/** How a token is written. */
export type LetterCase = 'lower' | 'capitalized' | 'upper';

/** A word, or one character of a script that writes no spaces. */
export interface Token {
  /** Normal form: Unicode NFKC in lower case, without the dots of initials and the accents of Latin letters. */
  readonly key: string;
  /** Whether accents were left out. */
  readonly accented: boolean;
  /** UTF-16 offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly letterCase: LetterCase;
  /** `$`, `#` or `@` directly before it, else ''. */
  readonly sign: string;
  /** Whether the script writes words without spaces, so that a name may stand inside of a longer run. */
  readonly unspaced: boolean;
}

const OTHER = 1;
const WORD = 2;
const UNSPACED = 3;

const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const CURRENCY = /\p{Sc}/u;
const DIGIT = /\d/;
const UNSPACED_CHARACTER =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Hangul}ー]/u;

/** The kind of each UTF-16 unit of the basic plane, found out when it is first met. */
const kinds = new Uint8Array(0x10000);

function kindOfCharacter(character: string): number {
  if (!WORD_CHARACTER.test(character)) return OTHER;
  // Full-width Latin letters are of the Latin script; half-width katakana is written without spaces as its full-width form is.
  return UNSPACED_CHARACTER.test(character) ? UNSPACED : WORD;
}

function kindAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit >= 0xd800 && unit <= 0xdbff) return kindOfCharacter(String.fromCodePoint(text.codePointAt(index) ?? unit));
  return (kinds[unit] ||= kindOfCharacter(text[index]));
}

function width(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length ? 2 : 1;
}

const ASCII_ONLY = /^[\x20-\x7e]*$/;
const ADDRESS = /(?:https?:\/\/|www\.)\S+/iy;

const ACCENTS_OF_LATIN = /(?<=\p{Script=Latin})\p{M}+/gu;

/** `accented` where the form leaves accents out: "Nestlé" is also written "Nestle". */
function normalForm(surface: string): { key: string; accented: boolean } {
  if (ASCII_ONLY.test(surface)) return { key: surface.toLowerCase(), accented: false };
  const composed = surface.normalize('NFKC').toLowerCase();
  const key = composed.normalize('NFD').replace(ACCENTS_OF_LATIN, '').normalize('NFC');
  return { key, accented: key !== composed.normalize('NFC') };
}

function letterCaseOf(surface: string): LetterCase {
  const lower = surface.toLowerCase();
  if (surface === lower) return 'lower';
  if (surface === surface.toUpperCase()) return surface.length === 1 ? 'capitalized' : 'upper';
  return surface[0] === lower[0] ? 'lower' : 'capitalized';
}

/** Characters that make a sign before a token part of something else: "FIR$T", "US$5", "!*$T". */
const BEFORE_NO_SIGN = /[\p{Sc}*&%^@#\\_]/u;

/** A sign in its plain or full-width form that stands before a token and belongs to it. Cashtags may follow each other without a blank. */
function signBefore(text: string, start: number, before: Token | undefined): string {
  if (start === 0) return '';
  const at = '$＄#＃@＠'.indexOf(text[start - 1]);
  if (at < 0) return '';
  const sign = '$#@'[at >> 1];
  if (before?.end === start - 1 && !before.unspaced) return before.sign === '$' && sign === '$' ? sign : '';
  return start > 1 && BEFORE_NO_SIGN.test(text[start - 2]) ? '' : sign;
}

/** End of initials such as "J.P." or "U.S.", of which the first letter stands at `start`; `start` where there are none. */
function endOfInitials(text: string, start: number): number {
  let end = start;
  let letters = 0;
  while (kindAtOrOther(text, end) === WORD && text[end + 1] === '.' && kindAtOrOther(text, end - 1) !== WORD) {
    letters += 1;
    end += 2;
  }
  if (letters === 0) return start;
  // "U.S" at the end of a run without its last dot.
  if (kindAtOrOther(text, end) === WORD && kindAtOrOther(text, end + 1) !== WORD) return end + 1;
  return letters > 1 ? end - 1 : start;
}

function kindAtOrOther(text: string, index: number): number {
  return index < 0 || index >= text.length ? OTHER : kindAt(text, index);
}

/**
 * Tokens of a text in their order. Words of web and e-mail addresses are left out; `&` between words is the token "and", also as `&amp;`.
 * Time is linear in the length of the text.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    const kind = kindAt(text, index);
    if (kind === OTHER) {
      if (text[index] === '&') {
        const end = text.startsWith('&amp;', index) ? index + 5 : index + 1;
        if (tokens.length > 0)
          tokens.push({ key: 'and', accented: false, start: index, end, letterCase: 'lower', sign: '', unspaced: false });
        index = end;
      } else {
        index += width(text, index);
      }
      continue;
    }
    const address = kind === WORD ? endOfAddress(text, index) : index;
    if (address > index) {
      index = address;
      continue;
    }
    const start = index;
    const sign = signBefore(text, start, tokens.at(-1));
    index = kind === UNSPACED ? start + width(text, start) : endOfWord(text, start, sign);
    const surface = text.slice(start, index);
    const { key, accented } = kind === UNSPACED ? { key: surface.normalize('NFKC'), accented: false } : normalForm(withoutDots(surface));
    const letterCase = letterCaseOf(surface);
    tokens.push({ key, accented, start, end: index, letterCase, sign, unspaced: kind === UNSPACED });
  }
  return tokens;
}

/** Initials as one word; a number keeps its point. */
function withoutDots(surface: string): string {
  return surface.includes('.') && !DIGIT.test(surface) ? surface.replaceAll('.', '') : surface;
}

function endOfWord(text: string, start: number, sign: string): number {
  const initials = endOfInitials(text, start);
  // "$F.N" is a cashtag with its listing, and "$C.O.D." is none.
  if (initials > start && (sign !== '$' || initials - start > 3)) return initials;
  let end = start;
  while (end < text.length && (kindAt(text, end) === WORD || goesOn(text, end, sign))) end += width(text, end);
  return end;
}

/**
 * Whether a character that is of no word stands inside of one: the point of "9.3M", the line of "@acme_news", the money of "FIR$T" and
 * "US$5". After a cashtag a dollar sign begins the next one.
 */
function goesOn(text: string, index: number, sign: string): boolean {
  if (kindAtOrOther(text, index + 1) !== WORD) return false;
  const character = text[index];
  if (character === '_') return true;
  if (character === '.' || character === ',') return DIGIT.test(text[index - 1]) && DIGIT.test(text[index + 1]);
  return CURRENCY.test(character) && !(sign === '$' && character === '$');
}

/** End of a web address that starts here, or of the rest of an e-mail address whose `@` stands before; else `start`. */
function endOfAddress(text: string, start: number): number {
  const letter = text[start];
  if (letter === 'h' || letter === 'w' || letter === 'H' || letter === 'W') {
    ADDRESS.lastIndex = start;
    if (ADDRESS.test(text)) return ADDRESS.lastIndex;
  }
  if (text[start - 1] === '@' && start > 1 && kindAt(text, start - 2) === WORD) {
    let end = start;
    while (end < text.length && !/\s/.test(text[end])) end += 1;
    return end;
  }
  return start;
}
