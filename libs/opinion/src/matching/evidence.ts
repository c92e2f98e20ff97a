import type { Candidate, TokenizedField } from './candidates';
import { frequencyOfWord, isCorporateWord, isDeed } from './ordinary-words';

/** Tokens to either side in which a corporate word speaks for a name, and in which an excluded phrase speaks against it. */
const CORPORATE_REACH = 4;
const EXCLUDE_REACH = 3;

/** Watches by id that something beyond doubt in the document names. */
export function certainWatches(candidates: readonly Candidate[]): Set<string> {
  const certain = new Set<string>();
  for (const { kind, needsEvidence, form } of candidates) if (!needsEvidence && kind !== 'exclude') certain.add(form.watch.id);
  return certain;
}

/**
 * Whether an ordinary word stands for the company that has it as a name: another name of the company is in the document, the word is
 * capitalised where only names are, or what stands near is said of companies. In small letters it is a word, unless the whole text has no
 * others.
 */
export function hasEvidence(candidate: Candidate, certain: ReadonlySet<string>): boolean {
  const { source, from, to, form, kind } = candidate;
  if (certain.has(form.watch.id)) return true;
  if (kind === 'name' && form.ambiguous === 'always' && goesOnFromName(source, from)) return false;
  if (kind !== 'name') return hasCorporateWordNear(source, from, to);
  const isLower = source.tokens[from].letterCase === 'lower' || source.tokens[to - 1].letterCase === 'lower';
  if (isLower) return source.capitals === 'nowhere' && hasCorporateWordNear(source, from, to);
  const begins = startsSentence(source, from);
  return (
    (source.capitals === 'plain' && !begins) ||
    hasCorporateWordNear(source, from, to) ||
    isOwnerOrDoer(source, to, begins) ||
    isListedWithName(source, from, to)
  );
}

/** "Apple's new campus", "Apple to open a store", "Apple cancels": names own things and do things. */
function isOwnerOrDoer({ tokens, text }: TokenizedField, to: number, begins: boolean): boolean {
  if (to >= tokens.length) return false;
  const gap = text.slice(tokens[to - 1].end, tokens[to].start);
  if (tokens[to].key === 's' && /^['’]$/u.test(gap)) return true;
  return begins && /^\s+$/u.test(gap) && (tokens[to].key === 'to' || isDeed(tokens[to].key));
}

/** "Madison Square", "the Eagle Ford", "Bath & Beyond": what directly follows another part of a name belongs to that name. */
function goesOnFromName(source: TokenizedField, from: number): boolean {
  const { tokens, text, capitals } = source;
  if (from === 0) return false;
  const before = tokens[from - 1];
  const gap = text.slice(before.end, tokens[from].start);
  if (gap !== ' ') return false;
  if (text.slice(before.start, before.end).startsWith('&')) return true;
  if (before.letterCase === 'lower' || before.sign !== '' || !/^\p{L}{2,}$/u.test(before.key)) return false;
  if (frequencyOfWord(before.key) === 'none') return capitals === 'plain' && before.letterCase === 'capitalized';
  return capitals === 'plain' && !isCorporateWord(before.key) && !startsSentence(source, from - 1);
}

/** "Ford and Toyota", "Roku, Apple": a word in a list with what can only be a name is one itself. */
function isListedWithName({ tokens, text }: TokenizedField, from: number, to: number): boolean {
  const isName = (position: number): boolean =>
    position >= 0 &&
    position < tokens.length &&
    tokens[position].letterCase !== 'lower' &&
    tokens[position].sign === '' &&
    frequencyOfWord(tokens[position].key) === 'none' &&
    /^\p{L}{2,}$/u.test(tokens[position].key);
  const isComma = (left: number): boolean => /^\s?[,/]\s?$/u.test(text.slice(tokens[left]?.end, tokens[left + 1]?.start));
  const after = tokens[to]?.key === 'and' ? to + 1 : isComma(to - 1) ? to : -1;
  const before = from > 0 && tokens[from - 1].key === 'and' ? from - 2 : isComma(from - 1) ? from - 1 : -1;
  return isName(after) || isName(before);
}

function hasCorporateWordNear({ tokens }: TokenizedField, from: number, to: number): boolean {
  const last = Math.min(tokens.length, to + CORPORATE_REACH);
  for (let position = Math.max(0, from - CORPORATE_REACH); position < last; position++) {
    if ((position < from || position >= to) && isCorporateWord(tokens[position].key)) return true;
  }
  return false;
}

function startsSentence({ tokens, text }: TokenizedField, from: number): boolean {
  if (from === 0) return true;
  const gap = text.slice(tokens[from - 1].end, tokens[from].start);
  return /[.!?…:;\n\r"“”‘(•|]/u.test(gap) || (/^\s*[-–—]\s*$/u.test(gap.trim() === '' ? '' : gap) && gap.length > 1);
}

/** Whether an excluded phrase of the same watch covers the place or stands beside it. */
export function isExcluded(candidate: Candidate, excludes: readonly Candidate[]): boolean {
  return excludes.some(
    ({ source, from, to, form }) =>
      form.watch.id === candidate.form.watch.id &&
      source === candidate.source &&
      from <= candidate.to + EXCLUDE_REACH &&
      to >= candidate.from - EXCLUDE_REACH,
  );
}

/** Leaves out names that are part of a longer one, such as "Meta" in "Meta Platforms", whichever watch that belongs to. */
export function longestOnly(candidates: readonly Candidate[]): Candidate[] {
  const entities = candidates.filter(({ kind }) => kind !== 'keyword');
  if (entities.every(({ from, to }) => to - from === 1)) return [...candidates];
  // By position and length: what covers a place begins no later and was met before.
  const sorted = [...entities].sort((a, b) => a.from - b.from || b.to - a.to);
  const covered = new Set<Candidate>();
  for (const field of new Set(sorted.map(({ source }) => source))) {
    let reach: Candidate | undefined;
    for (const candidate of sorted) {
      if (candidate.source !== field) continue;
      if (reach !== undefined && candidate.to <= reach.to && candidate.to - candidate.from < reach.to - reach.from) covered.add(candidate);
      if (reach === undefined || candidate.to > reach.to) reach = candidate;
    }
  }
  return candidates.filter((candidate) => !covered.has(candidate));
}
