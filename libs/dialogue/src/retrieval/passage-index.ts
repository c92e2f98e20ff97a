import { Bm25Index } from '../lexical/bm25-index';
import type { CandidateFeatures, QuestionFeatures, Ranking } from '../ranking/candidate';
import { NO_FEATURES } from '../ranking/default-passage-ranking';
import { termsOf, type Terms } from '../text/terms';
import { isApplicable, type Applicability } from './applicable';
import { identifierShare, nearnessOf, unknownShare } from './measures';

/** What the index needs to know of a document. */
export interface IndexedDocument extends Applicability {
  readonly id: string;
  readonly title: string;
  readonly url?: string | undefined;
}

/** A passage by which its document is found. */
export interface IndexedPassage {
  readonly id: number;
  /** Place in the document, from 1. */
  readonly position: number;
  readonly headings: readonly string[];
  readonly sentences: readonly string[];
  /** What it is found by: title, headings and sentences. */
  readonly searchText: string;
}

/** A passage with the document that it is of. */
export interface DocumentPassage {
  readonly document: IndexedDocument;
  readonly passage: IndexedPassage;
}

/** A text near to a question by its vector. */
export interface PassageHit {
  readonly passageId: number;
  readonly cosine: number;
}

/** A question, and what the encoder and the head say of it. */
export interface PassageQuery {
  readonly text: string;
  /** Mean cosine of questions and unrelated passages of the encoder: what nearness means nothing. */
  readonly chance: number;
  readonly outOfScope: number;
  readonly locale?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A passage that is passed over, as if it had not been written yet. */
  readonly exceptPassage?: number | undefined;
  /** A passage that is read with other words than its own, as if a sentence had not been written. */
  readonly altered?: { readonly passageId: number; readonly searchText: string; readonly cosine: number } | undefined;
}

/** Passages that may answer a question, in no order, with their features. */
export interface PassageCandidates extends Ranking {
  readonly passages: readonly DocumentPassage[];
}

/** Passages that the lexical search adds to those of the dense search. */
const LEXICAL_HITS = 20;
const NONE: ReadonlySet<string> = new Set();

/** The passages of documents in memory, and how well each fits a question beside the nearness of vectors. */
export class PassageIndex {
  private readonly known = new Map<number, DocumentPassage>();
  private readonly identifiersOf = new Map<number, ReadonlySet<string>>();
  private readonly ofDocument = new Map<string, readonly number[]>();
  private readonly lexical = new Bm25Index<number>();

  /** Passages. */
  get size(): number {
    return this.known.size;
  }

  /** Adds a document, or replaces the one of the same id. */
  set(document: IndexedDocument, passages: readonly IndexedPassage[]): void {
    this.delete(document.id);
    for (const passage of passages) {
      this.known.set(passage.id, { document, passage });
      const { all, identifiers } = termsOf(passage.searchText);
      this.lexical.add(passage.id, all);
      this.identifiersOf.set(passage.id, new Set(identifiers));
    }
    this.ofDocument.set(
      document.id,
      passages.map(({ id }) => id),
    );
  }

  delete(documentId: string): void {
    for (const id of this.ofDocument.get(documentId) ?? []) {
      this.known.delete(id);
      this.identifiersOf.delete(id);
      this.lexical.remove(id);
    }
    this.ofDocument.delete(documentId);
  }

  /** A passage; undefined where it is gone. */
  get(passageId: number): DocumentPassage | undefined {
    return this.known.get(passageId);
  }

  /** The ids of all passages. */
  passageIds(): IterableIterator<number> {
    return this.known.keys();
  }

  /** The ids of the passages of a document. */
  passagesOf(documentId: string): readonly number[] {
    return this.ofDocument.get(documentId) ?? [];
  }

  /** Every passage, in the order of their ids. */
  passages(): DocumentPassage[] {
    return [...this.known.values()].sort((a, b) => a.passage.id - b.passage.id);
  }

  /**
   * The passages that may answer a question.
   *
   * @param dense those nearest to it by their vectors, nearest first
   */
  candidates(query: PassageQuery, dense: readonly PassageHit[]): PassageCandidates {
    const terms = termsOf(query.text);
    const lexical = this.lexical.search(terms.all, LEXICAL_HITS);
    const nearness = new Map(dense.map(({ passageId, cosine }) => [passageId, nearnessOf(cosine, query.chance)]));
    const { altered } = query;
    if (altered !== undefined) nearness.set(altered.passageId, nearnessOf(altered.cosine, query.chance));
    // Whatever the search did not give is no nearer than the last that it gave.
    const farthest = Math.min(0, ...nearness.values());
    const ids = new Set([...nearness.keys(), ...lexical.hits.map(({ id }) => id)]);
    const found = [...ids].flatMap((id) => this.known.get(id) ?? []);
    const passages = found.filter(
      ({ document, passage }) => passage.id !== query.exceptPassage && isApplicable(document, query.locale, query.at),
    );
    const share = (score: number): number => (lexical.ideal === 0 ? 0 : Math.min(1, score / lexical.ideal));
    return {
      passages,
      candidates: passages.map(({ passage: { id } }) => {
        const near = nearness.get(id) ?? farthest;
        if (altered?.passageId !== id) return features(near, share(lexical.scoreOf(id)), terms, this.identifiersOf.get(id) ?? NONE);
        const text = termsOf(altered.searchText);
        return features(near, share(this.lexical.scoreOfText(terms.all, text.all)), terms, new Set(text.identifiers));
      }),
      question: this.questionFeatures(query.outOfScope, terms),
    };
  }

  /** How well texts from elsewhere fit a question, by the measures of this index. */
  rankingOf(query: PassageQuery, texts: readonly { readonly text: string; readonly cosine: number }[]): Ranking {
    const terms = termsOf(query.text);
    const ideal = [...new Set(terms.all)].reduce((sum, term) => sum + this.lexical.weightOf(term), 0);
    return {
      candidates: texts.map(({ text, cosine }) => {
        const own = termsOf(text);
        const share = ideal === 0 ? 0 : Math.min(1, this.lexical.scoreOfText(terms.all, own.all) / ideal);
        return features(nearnessOf(cosine, query.chance), share, terms, new Set(own.identifiers));
      }),
      question: { bias: 1, outOfScope: query.outOfScope, unknownWords: 0 },
    };
  }

  private questionFeatures(outOfScope: number, terms: Terms): QuestionFeatures {
    const { lexical } = this;
    const unknownWords = unknownShare(
      terms,
      (term) => lexical.weightOf(term),
      (term) => lexical.has(term),
    );
    return { bias: 1, outOfScope, unknownWords };
  }
}

/** A passage is no way to ask, and has no intent: those features say nothing of it. */
function features(dense: number, lexical: number, question: Terms, identifiers: ReadonlySet<string>): CandidateFeatures {
  return {
    ...NO_FEATURES,
    dense,
    lexical,
    identifiers: identifierShare(question, identifiers),
  };
}
