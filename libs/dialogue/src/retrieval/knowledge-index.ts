import { Bm25Index, type LexicalResult } from '../lexical/bm25-index';
import type { CandidateFeatures, QuestionFeatures, Ranking } from '../ranking/candidate';
import { termsOf, type Terms } from '../text/terms';
import { isApplicable, type Applicability } from './applicable';
import { identifierShare, nearnessOf, unknownShare } from './measures';

/** What a text of an entry is: a way to ask, what is answered, or all of it together, which has a vector and no words of its own. */
export type TextKind = 'question' | 'answer' | 'entry';

/** A text by which an entry is found. */
export interface IndexedText {
  readonly id: number;
  readonly kind: TextKind;
  readonly text: string;
}

/** What the index needs to know of an entry. */
export interface IndexedEntry extends Applicability {
  readonly id: string;
  readonly question: string;
  readonly intent?: string | undefined;
}

/** A text near to a question by its vector. */
export interface DenseHit {
  readonly textId: number;
  readonly cosine: number;
}

/** A question, and what the encoder and the head say of it. */
export interface IndexQuery {
  readonly text: string;
  /** The texts nearest to it, nearest first. */
  readonly dense: readonly DenseHit[];
  /** How near any other text is, where that is known: of an entry that words alone found, its vectors tell then, too. */
  readonly cosineOf?: ((textId: number) => number | undefined) | undefined;
  /** Mean cosine of unrelated texts of the encoder: what nearness means nothing. */
  readonly chance: number;
  readonly intents: Readonly<Record<string, number>>;
  readonly outOfScope: number;
  /** Only entries for this language, or for any. */
  readonly locale?: string | undefined;
  /** Only entries that are valid at this time, in milliseconds since the epoch. */
  readonly at: number;
  /** A text that is passed over, as when it is the question itself. */
  readonly except?: number | undefined;
  /** An entry that is passed over, as if it had not been written yet. */
  readonly exceptEntry?: string | undefined;
}

/** Candidates for a question, in no order, with their features. */
export interface Candidates extends Ranking {
  readonly entries: readonly IndexedEntry[];
}

interface Known {
  readonly entry: IndexedEntry;
  readonly texts: readonly IndexedText[];
  /** Ids of those of its texts that have words. */
  readonly worded: Readonly<Record<WordedKind, readonly number[]>>;
  /** Ids of those that stand for the entry as a whole. */
  readonly whole: readonly number[];
  readonly identifiers: ReadonlySet<string>;
}

/** Texts that the lexical search of each kind adds to those of the dense search. */
const LEXICAL_HITS = 20;
const KINDS = ['question', 'answer', 'entry'] as const;
/** Kinds of texts that have words. */
const WORDED = ['question', 'answer'] as const;
type WordedKind = (typeof WORDED)[number];

/** The knowledge in memory: which entries there are, and how well each fits a question beside the nearness of vectors. */
export class KnowledgeIndex {
  private readonly known = new Map<string, Known>();
  private readonly ownerOf = new Map<number, { entryId: string; kind: TextKind }>();
  private readonly lexical: Readonly<Record<WordedKind, Bm25Index<number>>> = { question: new Bm25Index(), answer: new Bm25Index() };

  /** Entries. */
  get size(): number {
    return this.known.size;
  }

  /** Texts that entries are found by, each a way to ask or an answer. */
  get texts(): number {
    return this.lexical.question.size + this.lexical.answer.size;
  }

  /** Adds an entry, or replaces the one of the same id. */
  set(entry: IndexedEntry, texts: readonly IndexedText[]): void {
    this.delete(entry.id);
    const identifiers = new Set<string>();
    const worded: Record<WordedKind, number[]> = { question: [], answer: [] };
    const whole = texts.filter(({ kind }) => kind === 'entry').map(({ id }) => id);
    for (const { id, kind, text } of texts) {
      this.ownerOf.set(id, { entryId: entry.id, kind });
      if (kind === 'entry') continue;
      worded[kind].push(id);
      const terms = termsOf(text);
      for (const identifier of terms.identifiers) identifiers.add(identifier);
      this.lexical[kind].add(id, terms.all);
    }
    this.known.set(entry.id, { entry, texts, worded, whole, identifiers });
  }

  delete(entryId: string): void {
    for (const { id, kind } of this.known.get(entryId)?.texts ?? []) {
      if (kind !== 'entry') this.lexical[kind].remove(id);
      this.ownerOf.delete(id);
    }
    this.known.delete(entryId);
  }

  get(entryId: string): IndexedEntry | undefined {
    return this.known.get(entryId)?.entry;
  }

  /** The entry of a text; undefined where it is gone. */
  entryOf(textId: number): string | undefined {
    return this.ownerOf.get(textId)?.entryId;
  }

  /** The ids of all texts. */
  textIds(): IterableIterator<number> {
    return this.ownerOf.keys();
  }

  /** The texts of an entry. */
  textsOf(entryId: string): readonly IndexedText[] {
    return this.known.get(entryId)?.texts ?? [];
  }

  entries(): IterableIterator<string> {
    return this.known.keys();
  }

  /** The entries that may answer a question, with what is known of each. */
  candidates(query: IndexQuery): Candidates {
    const terms = termsOf(query.text);
    const lexical = {
      question: this.lexical.question.search(terms.all, LEXICAL_HITS, query.except),
      answer: this.lexical.answer.search(terms.all, LEXICAL_HITS, query.except),
    };
    const dense = this.denseByEntry(query);
    const ids = new Set(KINDS.flatMap((kind) => [...dense[kind].near.keys()]));
    for (const kind of WORDED) {
      for (const { id } of lexical[kind].hits) {
        const owner = this.ownerOf.get(id);
        if (owner !== undefined) ids.add(owner.entryId);
      }
    }
    const found = [...ids]
      .flatMap((id) => this.known.get(id) ?? [])
      .filter(({ entry }) => entry.id !== query.exceptEntry && isApplicable(entry, query.locale, query.at));
    return {
      entries: found.map(({ entry }) => entry),
      candidates: found.map((known) => features(known, query, terms, lexical, dense)),
      question: this.questionFeatures(query, terms),
    };
  }

  private questionFeatures({ outOfScope }: IndexQuery, terms: Terms): QuestionFeatures {
    const { question, answer } = this.lexical;
    const isKnown = (term: string): boolean => question.has(term) || answer.has(term);
    return { bias: 1, outOfScope, unknownWords: unknownShare(terms, (term) => question.weightOf(term), isKnown) };
  }

  /** For each kind of text, the nearest one of each entry, and how near the farthest text was that the search gave. */
  private denseByEntry({ dense, chance, except }: IndexQuery): Record<TextKind, Nearness> {
    const result = { question: emptyNearness(), answer: emptyNearness(), entry: emptyNearness() };
    for (const { textId, cosine } of dense) {
      const owner = this.ownerOf.get(textId);
      if (owner === undefined || textId === except) continue;
      const nearness = nearnessOf(cosine, chance);
      const { near } = result[owner.kind];
      near.set(owner.entryId, Math.max(near.get(owner.entryId) ?? -Infinity, nearness));
      // Whatever the search did not give is no nearer than the last that it gave.
      for (const kind of KINDS) result[kind].farthest = Math.min(result[kind].farthest, nearness);
    }
    return result;
  }
}

interface Nearness {
  readonly near: Map<string, number>;
  farthest: number;
}

function emptyNearness(): Nearness {
  return { near: new Map(), farthest: 0 };
}

/** The nearness of the nearest of texts whose vectors are known. */
function nearest({ cosineOf, chance, except }: IndexQuery, textIds: readonly number[]): number | undefined {
  if (cosineOf === undefined) return undefined;
  const cosines = textIds.flatMap((id) => (id === except ? [] : (cosineOf(id) ?? [])));
  return cosines.length === 0 ? undefined : nearnessOf(Math.max(...cosines), chance);
}

function features(
  { entry, worded, whole, identifiers }: Known,
  query: IndexQuery,
  terms: Terms,
  lexical: Readonly<Record<WordedKind, LexicalResult<number>>>,
  dense: Readonly<Record<TextKind, Nearness>>,
): CandidateFeatures {
  const ids = (kind: TextKind): readonly number[] => (kind === 'entry' ? whole : worded[kind]);
  const share = (kind: WordedKind): number => {
    const { ideal, scoreOf } = lexical[kind];
    if (ideal === 0) return 0;
    let best = 0;
    for (const id of worded[kind]) if (id !== query.except) best = Math.max(best, scoreOf(id));
    return Math.min(1, best / ideal);
  };
  const near = (kind: TextKind): number => dense[kind].near.get(entry.id) ?? nearest(query, ids(kind)) ?? dense[kind].farthest;
  return {
    dense: near('question'),
    denseEntry: near('entry'),
    denseAnswer: near('answer'),
    lexical: share('question'),
    lexicalAnswer: share('answer'),
    identifiers: identifierShare(terms, identifiers),
    intent: entry.intent === undefined ? 0 : (query.intents[entry.intent] ?? 0),
  };
}
