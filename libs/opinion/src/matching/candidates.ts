import { frequencyOfWord, isExchange } from './ordinary-words';
import type { TokenTrie } from './token-trie';
import type { Token } from './tokens';
import type { WatchForm } from './watch-forms';
import type { SurfaceKind } from './watch-match';

/** One field of a document, read for matching. */
export interface TokenizedField {
  readonly field: 'title' | 'text';
  readonly text: string;
  readonly tokens: readonly Token[];
  /**
   * What capitals say here. Headlines and shouting write every word with capitals, and hasty posts none: only in `plain` text do they
   * tell a name from a word.
   */
  readonly capitals: 'plain' | 'everywhere' | 'nowhere';
}

/** A place that may name a watch. */
export interface Candidate {
  readonly source: TokenizedField;
  /** Positions of the first token and after the last one. */
  readonly from: number;
  readonly to: number;
  readonly form: WatchForm;
  readonly kind: SurfaceKind | 'exclude';
  /** Whether it counts only with other evidence. */
  readonly needsEvidence: boolean;
}

const MIN_BARE_TICKER = 3;
const MIN_ACCOUNT = 3;
const CORPORATE_SUFFIX = /^(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|plc|ag|sa|nv|se|lp|kk|gmbh)$/;
const HANGUL = /\p{Script=Hangul}/u;
const KATAKANA = /[\p{Script=Katakana}ー]/u;
/** Suffixes with which Reuters and others name the listing of a share: New York, Nasdaq, the United States. */
const PRIMARY_LISTING = /^(?:n|o|oq|us)$/;

/** Every place of a field where the index has a form that may stand there as it is written. */
export function findCandidates(trie: TokenTrie<WatchForm>, source: TokenizedField): Candidate[] {
  const found: Candidate[] = [];
  const { tokens } = source;
  for (let from = 0; from < tokens.length; from++) {
    trie.search(tokens, from, (forms, to) => {
      if (!isJoined(source, from, to)) return;
      for (const form of forms) {
        const reading = readForm(source, from, to, form);
        if (reading !== undefined) found.push({ source, from, to, form, ...reading });
      }
    });
  }
  return found;
}

type Reading = Pick<Candidate, 'kind' | 'needsEvidence'>;

const certain = (kind: Candidate['kind']): Reading => ({ kind, needsEvidence: false });

function readForm(source: TokenizedField, from: number, to: number, form: WatchForm): Reading | undefined {
  if (form.role === 'exclude') return certain('exclude');
  if (form.role === 'keyword') return certain('keyword');
  if (form.role === 'ticker') return readTicker(source, from, to);
  if (source.tokens[from].sign !== '') return readSigned(source, from, to - from, form);
  return form.role === 'joined-name' ? undefined : readName(source, from, to, form);
}

/** A name as a hashtag or an account. A cashtag is of tickers alone, and whoever wrote a text is not what it is about. */
function readSigned({ tokens }: TokenizedField, from: number, length: number, form: WatchForm): Reading | undefined {
  const { sign, key } = tokens[from];
  if (length > 1 || sign === '$') return undefined;
  if (sign === '#') return { kind: 'hashtag', needsEvidence: form.ambiguous === 'always' || form.upperOnly };
  const isAuthor = from > 0 && /^(?:rt|mt|via|by)$/.test(tokens[from - 1].key);
  return key.length >= MIN_ACCOUNT && !isAuthor ? certain('account') : undefined;
}

function readName({ tokens, capitals }: TokenizedField, from: number, to: number, form: WatchForm): Reading | undefined {
  const token = tokens[from];
  if (isInsideOfRun(tokens, from)) return undefined;
  if (!form.upperOnly || isUpper(token)) return { kind: 'name', needsEvidence: isAmbiguous(form, token, tokens[to - 1]) };
  return form.ambiguous === 'always' && capitals === 'plain' && token.letterCase !== 'lower'
    ? { kind: 'name', needsEvidence: true }
    : undefined;
}

function isAmbiguous({ ambiguous }: WatchForm, first: Token, last: Token): boolean {
  // "Nestlé" is no word that "nestle" is.
  if (ambiguous === 'never' || first.accented) return false;
  return ambiguous === 'always' || first.letterCase === 'lower' || last.letterCase === 'lower';
}

/**
 * Whether a token goes on a word before it in a script without spaces. Korean particles follow a name directly, and Japanese names in
 * katakana go on with what their owner makes, so that only its start shows that a name is a word of its own.
 */
function isInsideOfRun(tokens: readonly Token[], from: number): boolean {
  if (from === 0 || tokens[from - 1].end !== tokens[from].start) return false;
  return [HANGUL, KATAKANA].some((script) => script.test(tokens[from].key) && script.test(tokens[from - 1].key));
}

function readTicker(source: TokenizedField, from: number, to: number): Reading | undefined {
  const { tokens, text } = source;
  const token = tokens[from];
  if (token.accented || goesOn(source, to)) return undefined;
  const surface = text.slice(token.start, tokens[to - 1].end);
  const hasClass = to - from > 1;
  if (hasClass && /\s/.test(surface)) return undefined;
  if (token.sign === '$') return certain('cashtag');
  if (followsExchange(source, from)) return certain('ticker');
  if (token.sign === '@' || !(hasClass || isUnmistakable(token.key))) return undefined;
  if (token.sign === '#') return hasClass ? undefined : certain('hashtag');
  if (surface !== surface.toUpperCase()) return undefined;
  return { kind: 'ticker', needsEvidence: source.capitals === 'everywhere' && isShouting(source) };
}

/** Whether letters without a sign can only be a ticker. */
function isUnmistakable(key: string): boolean {
  return key.length >= MIN_BARE_TICKER && frequencyOfWord(key) === 'none' && /\p{L}/u.test(key);
}

/** Whether a ticker goes on, as "$BRK" in "$BRK.B" and "$T" in "$T.TO", so that it is another one, or none as in "$T*". */
function goesOn({ tokens, text }: TokenizedField, to: number): boolean {
  const { end } = tokens[to - 1];
  const next = tokens.at(to);
  const isNextCashtag = next?.sign === '$' && next.start === end + 1;
  if (/[\p{Sc}*_]/u.test(text[end] ?? '') && !isNextCashtag) return true;
  if (next === undefined) return false;
  return (
    next.start === end + 1 &&
    /[.\-/]/.test(text[end]) &&
    next.key.length <= 2 &&
    isUpper(next) &&
    /\p{Lu}/u.test(text[next.start]) &&
    !(text[end] === '.' && PRIMARY_LISTING.test(next.key))
  );
}

/** "NYSE: F", "(NASDAQ:AAPL)", "LON:VOD". */
function followsExchange({ tokens, text }: TokenizedField, from: number): boolean {
  if (from === 0 || !isUpper(tokens[from])) return false;
  const before = tokens[from - 1];
  return isExchange(before.key) && /^\s?:\s?\$?$/.test(text.slice(before.end, tokens[from].start));
}

function isUpper({ letterCase, end, start }: Token): boolean {
  return letterCase === 'upper' || (letterCase === 'capitalized' && end - start === 1);
}

function isShouting({ tokens }: TokenizedField): boolean {
  const words = tokens.filter(({ key, sign }) => sign === '' && key.length > 1);
  return words.length > 2 && words.every(({ letterCase, key }) => letterCase === 'upper' || /\p{N}/u.test(key));
}

/** Whether what stands between the tokens of a name joins them: no end of a sentence, no list. */
function isJoined({ tokens, text }: TokenizedField, from: number, to: number): boolean {
  for (let position = from + 1; position < to; position++) {
    const before = tokens[position - 1];
    const { start, key, unspaced } = tokens[position];
    const gap = text.slice(before.end, start);
    if (gap === '' || (!unspaced && gap === ' ')) continue;
    if (/^(?:[ \t\u00a0\u3000]{1,3}|\r?\n|\s?[-–‐‑'’.&+/·・]\s?)$/u.test(gap) && !/\.\s/.test(gap)) continue;
    if (/^\.?\s$/.test(gap) && before.key.length <= 3) continue;
    if (/^,\s?$/.test(gap) && CORPORATE_SUFFIX.test(key)) continue;
    return false;
  }
  return true;
}
