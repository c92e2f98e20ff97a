import type { Candidate, TokenizedField } from './candidates';
import { isCorporateWord } from './ordinary-words';

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
 * capitalised where only names are, or words about companies and shares are near.
 */
export function hasEvidence(candidate: Candidate, certain: ReadonlySet<string>): boolean {
  const { source, from, to, form, kind } = candidate;
  if (certain.has(form.watch.id)) return true;
  const token = source.tokens[from];
  const isNamelike = kind === 'name' && token.letterCase !== 'lower' && !source.capitalized && !startsSentence(source, from);
  return isNamelike || hasCorporateWordNear(source, from, to);
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
