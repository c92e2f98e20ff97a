import { isExchange, isOrdinaryWord } from './ordinary-words';
import type { TokenTrie } from './token-trie';
import type { Token } from './tokens';
import type { WatchForm } from './watch-forms';
import type { SurfaceKind } from './watch-match';

/** One field of a document, read for matching. */
export interface TokenizedField {
  readonly field: 'title' | 'text';
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Whether letters' case says nothing here, since headlines and shouting write every word with capitals. */
  readonly capitalized: boolean;
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
  if (source.tokens[from].sign !== '') return readSigned(source.tokens[from], to - from, form);
  return form.role === 'joined-name' ? undefined : readName(source, from, form);
}

/** A name as a hashtag or an account. A cashtag is of tickers alone. */
function readSigned({ sign, key }: Token, length: number, form: WatchForm): Reading | undefined {
  if (length > 1 || sign === '$') return undefined;
  if (sign === '#') return { kind: 'hashtag', needsEvidence: form.ambiguous || form.upperOnly };
  return key.length >= MIN_ACCOUNT ? certain('account') : undefined;
}

function readName({ tokens, capitalized }: TokenizedField, from: number, form: WatchForm): Reading | undefined {
  const token = tokens[from];
  // Korean particles follow a name directly, so that only its start shows that it is a word of its own.
  const isInsideOfWord = from > 0 && tokens[from - 1].end === token.start && HANGUL.test(token.key) && HANGUL.test(tokens[from - 1].key);
  if (isInsideOfWord) return undefined;
  if (!form.upperOnly || isUpper(token)) return { kind: 'name', needsEvidence: form.ambiguous };
  return form.ambiguous && !capitalized && token.letterCase !== 'lower' ? { kind: 'name', needsEvidence: true } : undefined;
}

function readTicker(source: TokenizedField, from: number, to: number): Reading | undefined {
  const { tokens, text } = source;
  const token = tokens[from];
  if (hasClassSuffix(source, to)) return undefined;
  if (token.sign === '$') return { kind: 'cashtag', needsEvidence: false };
  if (followsExchange(source, from)) return { kind: 'ticker', needsEvidence: false };
  const hasClass = to - from > 1;
  const isPlain = hasClass || (token.key.length >= MIN_BARE_TICKER && !isOrdinaryWord(token.key) && /\p{L}/u.test(token.key));
  if (!isPlain || token.sign === '@') return undefined;
  if (token.sign === '#') return hasClass ? undefined : { kind: 'hashtag', needsEvidence: false };
  const surface = text.slice(token.start, tokens[to - 1].end);
  if (surface !== surface.toUpperCase() || (hasClass && /\s/.test(surface))) return undefined;
  return { kind: 'ticker', needsEvidence: source.capitalized && isShouting(source) };
}

/** Whether a class of shares follows, as ".B" in "$BRK.B", so that the ticker is another one. */
function hasClassSuffix({ tokens, text }: TokenizedField, to: number): boolean {
  if (to >= tokens.length) return false;
  const next = tokens[to];
  const last = tokens[to - 1];
  return (
    next.start === last.end + 1 &&
    /[.\-/]/.test(text[last.end]) &&
    next.key.length <= 2 &&
    isUpper(next) &&
    /\p{Lu}/u.test(text[next.start])
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
