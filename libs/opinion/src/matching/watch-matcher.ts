import type { Sentence } from '../sentences/sentence';
import { splitSentences } from '../sentences/split-sentences';
import { findCandidates, type Candidate, type TokenizedField } from './candidates';
import { certainWatches, hasEvidence, isExcluded, longestOnly } from './evidence';
import { PatternIndex } from './pattern-index';
import { TokenTrie } from './token-trie';
import { TopicIndex } from './topic-index';
import { tokenize } from './tokens';
import { formsOfWatch, type IndexedForm, type WatchForm } from './watch-forms';
import type { MatchableDocument, MatchableWatch, SurfaceForm, WatchMatch } from './watch-match';

interface IndexedWatch {
  readonly watch: MatchableWatch;
  readonly forms: readonly IndexedForm[];
}

/** Most places that are told for one watch in a document. */
const MAX_FORMS = 100;

/** From this share of capitalised words on, capitals say nothing; fewer than five words show no such habit. */
const CAPITALIZED_SHARE = 0.7;

/**
 * Finds the watches that a document names. Names, tickers and keywords are in one trie over tokens, so that a document costs what its own
 * words cost, however many watches there are; of patterns only those are tried whose plain parts it holds. Watches come and go one at a
 * time.
 */
export class WatchMatcher {
  private readonly trie = new TokenTrie<WatchForm>();
  private readonly watches = new Map<string, IndexedWatch>();
  private readonly patterns = new PatternIndex<MatchableWatch>();
  /** Topic watches as far as the head finds them, rather than keywords. */
  readonly topics = new TopicIndex();

  /**
   * An index of the enabled ones among some watches.
   *
   * @throws AttuneError `bad-data` when a pattern does not compile
   */
  static build(watches: Iterable<MatchableWatch>): WatchMatcher {
    const matcher = new WatchMatcher();
    for (const watch of watches) matcher.replace(watch);
    return matcher;
  }

  get size(): number {
    return this.watches.size;
  }

  /**
   * Puts a watch in the place of one with the same id, if there is one. A disabled watch is only removed.
   *
   * @throws AttuneError `bad-data` when a pattern does not compile; the index is unchanged then
   */
  replace(watch: MatchableWatch): void {
    const patterns = watch.enabled && watch.target.kind === 'entity' ? PatternIndex.compile(watch, watch.target.patterns) : [];
    this.remove(watch.id);
    if (!watch.enabled) return;
    const indexed = { watch, forms: formsOfWatch(watch) };
    this.watches.set(watch.id, indexed);
    this.patterns.add(watch, patterns);
    this.topics.add(watch);
    for (const { keys, form } of indexed.forms) this.trie.add(keys, form);
  }

  /** @returns whether it was there */
  remove(watchId: string): boolean {
    const indexed = this.watches.get(watchId);
    if (indexed === undefined) return false;
    for (const { keys } of indexed.forms) this.trie.remove(keys, ({ watch }) => watch.id === watchId);
    this.patterns.remove(indexed.watch);
    this.topics.remove(indexed.watch);
    return this.watches.delete(watchId);
  }

  /** The watches that a document names, in the order of their ids. Topics are found here by their keywords alone. */
  match(document: MatchableDocument): WatchMatch[] {
    const fields = [...(document.title === undefined ? [] : [readField('title', document.title)]), readField('text', document.text)];
    const found = new Map<string, { watch: MatchableWatch; forms: SurfaceForm[] }>();
    const add = (watch: MatchableWatch, form: SurfaceForm): void => {
      const known = found.get(watch.id);
      if (known === undefined) found.set(watch.id, { watch, forms: [form] });
      else if (known.forms.length < MAX_FORMS) known.forms.push(form);
    };
    for (const candidate of decide(fields.flatMap((field) => findCandidates(this.trie, field)))) {
      const form = toSurfaceForm(candidate);
      if (form !== undefined) add(candidate.form.watch, form);
    }
    for (const { field, text } of fields) {
      for (const { owner, start, end } of this.patterns.find(text)) {
        add(owner, { field, start, end, surface: text.slice(start, end), kind: 'pattern' });
      }
    }
    if (found.size === 0) return [];
    const sentences = lazily(() => sentencesOf(document));
    return [...found.values()]
      .sort((a, b) => (a.watch.id < b.watch.id ? -1 : 1))
      .map(({ watch, forms }) => toMatch(watch, forms, sentences));
  }
}

function readField(field: 'title' | 'text', text: string): TokenizedField {
  const tokens = tokenize(text);
  let words = 0;
  let capitals = 0;
  for (const { key, sign, letterCase } of tokens) {
    if (sign !== '' || key.length < 4) continue;
    words += 1;
    if (letterCase !== 'lower') capitals += 1;
  }
  const everywhere = words > 4 && capitals >= words * CAPITALIZED_SHARE;
  return { field, text, tokens, capitals: everywhere ? 'everywhere' : capitals === 0 ? 'nowhere' : 'plain' };
}

/** Which of the candidates name their watch. */
function decide(candidates: readonly Candidate[]): Candidate[] {
  if (candidates.length === 0) return [];
  const excludes = candidates.filter(({ kind }) => kind === 'exclude');
  const open = candidates.filter((candidate) => candidate.kind !== 'exclude' && !isExcluded(candidate, excludes));
  const certain = certainWatches(open);
  return longestOnly(open.filter((candidate) => !candidate.needsEvidence || hasEvidence(candidate, certain)));
}

function toSurfaceForm({ kind, source, from, to }: Candidate): SurfaceForm | undefined {
  if (kind === 'exclude') return undefined;
  const { field, text, tokens } = source;
  const start = tokens[from].start - (tokens[from].sign === '' ? 0 : 1);
  const end = tokens[to - 1].end;
  return { field, start, end, surface: text.slice(start, end), kind };
}

function sentencesOf({ title, text }: MatchableDocument): Sentence[] {
  const sentences = splitSentences(text).map(({ start, end }): Sentence => ({ field: 'text', start, end, text: text.slice(start, end) }));
  const headline = title?.trim() ?? '';
  if (title === undefined || headline === '') return sentences;
  const start = title.indexOf(headline);
  return [{ field: 'title', start, end: start + headline.length, text: headline }, ...sentences];
}

function toMatch(watch: MatchableWatch, forms: readonly SurfaceForm[], sentences: () => readonly Sentence[]): WatchMatch {
  const sorted = forms
    .filter(({ field, start, end }, index) => forms.findIndex((o) => o.field === field && o.start === start && o.end === end) === index)
    .sort((a, b) => (a.field === b.field ? a.start - b.start || a.end - b.end : a.field === 'title' ? -1 : 1));
  return {
    watchId: watch.id,
    target: watch.target.kind === 'entity' ? watch.target.names[0] : undefined,
    forms: sorted,
    sentences: sentences().filter((sentence) =>
      sorted.some(({ field, start, end }) => field === sentence.field && start < sentence.end && end > sentence.start),
    ),
  };
}

function lazily<T>(compute: () => T): () => T {
  let value: { result: T } | undefined;
  return () => (value ??= { result: compute() }).result;
}
