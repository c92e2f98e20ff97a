import { contribution } from './bm25';

/** Share by which two sums of the same numbers in another order differ at most. */
const ROUNDING = 1e-9;
/** Postings that are gone through in the time in which one document is asked for a term. */
const LOOKUP = 16;

interface Posting {
  /** Slots of the documents that have the term, ascending. */
  readonly slots: number[];
  /** How often, in the same order. */
  readonly counts: number[];
  /** No document has it more often, and none of those that have it is shorter. */
  mostCount: number;
  fewestTerms: number;
}

interface Document<Id> {
  readonly id: Id;
  readonly terms: ReadonlyMap<string, number>;
  readonly length: number;
}

/** A term of a query. */
interface QueryTerm {
  readonly term: string;
  readonly weight: number;
  /** Absent where no document has it. */
  readonly posting: Posting | undefined;
}

/** A term of a query that some document has. */
interface KnownTerm extends QueryTerm {
  readonly posting: Posting;
}

/** A document and how well it matches. */
export interface LexicalHit<Id> {
  readonly id: Id;
  readonly score: number;
}

/** What a search found. */
export interface LexicalResult<Id> {
  /** The best, best first. */
  readonly hits: LexicalHit<Id>[];
  /** The score of a text of mean length that has every term of the query once: scores divided by it are shares of what was asked. */
  readonly ideal: number;
  /** The score of any document, 0 where it has no term of the query. */
  readonly scoreOf: (id: Id) => number;
}

/**
 * An inverted index in memory, ranked by BM25 (Robertson and Zaragoza 2009). Documents come and go one by one; results
 * are those of the documents that are in it at that moment.
 */
export class Bm25Index<Id> {
  private readonly postings = new Map<string, Posting>();
  private readonly documents: (Document<Id> | undefined)[] = [];
  private readonly slotOf = new Map<Id, number>();
  private readonly free: number[] = [];
  private totalLength = 0;
  /** By slot: what a search adds up, 0 between two searches, and the documents' lengths. */
  private scores = new Float64Array(1_024);
  private lengths = new Float64Array(1_024);
  /** By slot: what a term of weight 1 adds that the document has once, at the mean length of `singlesMean`. */
  private singles = new Float64Array(1_024);
  private singlesMean = 0;

  get size(): number {
    return this.slotOf.size;
  }

  /** Adds a document, or replaces the one of the same id. */
  add(id: Id, terms: readonly string[]): void {
    this.remove(id);
    const counts = countsOf(terms);
    const slot = this.free.pop() ?? this.documents.length;
    this.documents[slot] = { id, terms: counts, length: terms.length };
    this.slotOf.set(id, slot);
    this.totalLength += terms.length;
    if (this.documents.length > this.scores.length) this.grow();
    this.lengths[slot] = terms.length;
    this.singles[slot] = contribution(1, 1, terms.length, this.singlesMean);
    for (const [term, count] of counts) this.insert(term, slot, count);
  }

  remove(id: Id): void {
    const slot = this.slotOf.get(id);
    const document = slot === undefined ? undefined : this.documents[slot];
    if (slot === undefined || document === undefined) return;
    for (const term of document.terms.keys()) this.delete(term, slot);
    this.documents[slot] = undefined;
    this.slotOf.delete(id);
    this.free.push(slot);
    this.totalLength -= document.length;
  }

  /** How much a term tells: rare ones tell most, and those that no document has as much as the rarest. */
  weightOf(term: string): number {
    return this.weightOfPosting(this.postings.get(term));
  }

  /** Whether any document has a term. */
  has(term: string): boolean {
    return this.postings.has(term);
  }

  /**
   * The best documents for terms, each of which counts once; equal ones in the order of their slots.
   *
   * @param except a document that is passed over
   */
  search(terms: readonly string[], limit: number, except?: Id): LexicalResult<Id> {
    const { mean } = this;
    const query = this.queryOf(terms);
    const skipped = except === undefined ? undefined : this.slotOf.get(except);
    const hits = this.promising(query, limit, skipped)
      .map((slot) => this.hit(slot, query, mean))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
    return {
      hits,
      ideal: query.reduce((sum, { weight }) => sum + weight, 0),
      scoreOf: (id) => {
        const slot = this.slotOf.get(id);
        const document = slot === undefined ? undefined : this.documents[slot];
        return document === undefined ? 0 : scoreOf(query, document, mean);
      },
    };
  }

  /** The score that a text would have for terms, each of which counts once, if it were one of the documents. */
  scoreOfText(terms: readonly string[], text: readonly string[]): number {
    const { length } = text;
    return scoreOf(this.queryOf(terms), { terms: countsOf(text), length }, this.size === 0 ? length : this.mean);
  }

  private get mean(): number {
    return this.size === 0 ? 1 : this.totalLength / this.size;
  }

  private queryOf(terms: readonly string[]): QueryTerm[] {
    return [...new Set(terms)].map((term) => {
      const posting = this.postings.get(term);
      return { term, weight: this.weightOfPosting(posting), posting };
    });
  }

  private weightOfPosting(posting: Posting | undefined): number {
    const documents = posting?.slots.length ?? 0;
    return Math.log(1 + (this.size - documents + 0.5) / (documents + 0.5));
  }

  /**
   * Slots, ascending, among which the best are: MaxScore (Turtle and Flood 1995), a term after the other, the one that can add most first.
   * Once all that are left together cannot lift a document among the best, no further ones are looked at: the postings of frequent words,
   * which are nearly all of them, are left alone.
   */
  private promising(query: readonly QueryTerm[], limit: number, skipped: number | undefined): number[] {
    const { scores, mean } = this;
    if (mean !== this.singlesMean) this.measureSingles(mean);
    const lists = query
      .flatMap(({ term, weight, posting }) =>
        posting === undefined ? [] : [{ term, weight, posting, bound: boundOf(weight, posting, mean) }],
      )
      .sort((a, b) => b.bound - a.bound);
    let left = lists.reduce((sum, { bound }) => sum + bound, 0);
    let slots: number[] = [];
    let isClosed = false;
    for (const { bound, ...list } of lists) {
      left -= bound;
      if (isClosed) this.raise(list, slots, mean);
      else this.collect(list, slots, skipped, mean);
      const worst = scoreAt(limit, slots, scores) * (1 - ROUNDING);
      isClosed ||= left < worst;
      if (!isClosed) continue;
      const kept: number[] = [];
      for (const slot of slots) {
        if (scores[slot] + left >= worst) kept.push(slot);
        else scores[slot] = 0;
      }
      slots = kept;
    }
    for (const slot of slots) scores[slot] = 0;
    return slots.sort((a, b) => a - b);
  }

  /** Adds what a term gives to every document that has it, and notes those that had no score before. */
  private collect({ weight, posting: { slots, counts } }: KnownTerm, found: number[], skipped: number | undefined, mean: number): void {
    const { scores, lengths, singles } = this;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot === skipped) continue;
      if (scores[slot] === 0) found.push(slot);
      scores[slot] += counts[i] === 1 ? weight * singles[slot] : contribution(weight, counts[i], lengths[slot], mean);
    }
  }

  /** Adds what a term gives to the documents that have a score, in the way that has less to go through. */
  private raise({ term, weight, posting: { slots, counts } }: KnownTerm, found: readonly number[], mean: number): void {
    const { scores, lengths, singles } = this;
    if (found.length * LOOKUP < slots.length) {
      for (const slot of found) {
        const count = this.documents[slot]?.terms.get(term);
        if (count !== undefined) scores[slot] += contribution(weight, count, lengths[slot], mean);
      }
      return;
    }
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (scores[slot] > 0) scores[slot] += counts[i] === 1 ? weight * singles[slot] : contribution(weight, counts[i], lengths[slot], mean);
    }
  }

  /** Most documents have most of their terms once: what they add is worked out for all queries, until the mean length is another. */
  private measureSingles(mean: number): void {
    for (let slot = 0; slot < this.documents.length; slot++) this.singles[slot] = contribution(1, 1, this.lengths[slot], mean);
    this.singlesMean = mean;
  }

  private grow(): void {
    const { lengths } = this;
    this.singles = new Float64Array(2 * lengths.length);
    this.singlesMean = 0;
    this.scores = new Float64Array(2 * lengths.length);
    this.lengths = new Float64Array(2 * lengths.length);
    this.lengths.set(lengths);
  }

  private hit(slot: number, query: readonly QueryTerm[], mean: number): LexicalHit<Id> {
    const document = this.documents[slot];
    if (document === undefined) throw new Error('a posting of a document that is gone');
    return { id: document.id, score: scoreOf(query, document, mean) };
  }

  private insert(term: string, slot: number, count: number): void {
    const length = this.lengths[slot];
    const posting = this.postings.get(term) ?? { slots: [], counts: [], mostCount: count, fewestTerms: length };
    this.postings.set(term, posting);
    posting.mostCount = Math.max(posting.mostCount, count);
    posting.fewestTerms = Math.min(posting.fewestTerms, length);
    const place = placeOf(posting.slots, slot);
    posting.slots.splice(place, 0, slot);
    posting.counts.splice(place, 0, count);
  }

  private delete(term: string, slot: number): void {
    const posting = this.postings.get(term);
    if (posting === undefined) return;
    const place = placeOf(posting.slots, slot);
    posting.slots.splice(place, 1);
    posting.counts.splice(place, 1);
    if (posting.slots.length === 0) this.postings.delete(term);
  }
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** The first place whose slot is not below. */
function placeOf(slots: readonly number[], slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle] < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a term can add to a score at most. */
function boundOf(weight: number, { mostCount, fewestTerms }: Posting, mean: number): number {
  return contribution(weight, mostCount, fewestTerms, mean);
}

/** The terms in the order of the query, so that equal documents have equal scores to the last digit. */
function scoreOf(query: readonly QueryTerm[], { terms, length }: Omit<Document<unknown>, 'id'>, mean: number): number {
  let score = 0;
  for (const { term, weight } of query) {
    const count = terms.get(term);
    if (count !== undefined) score += contribution(weight, count, length, mean);
  }
  return score;
}

/** The highest score but so many less one; 0 where there are not so many. */
function scoreAt(rank: number, slots: readonly number[], scores: Float64Array): number {
  const best: number[] = [];
  for (const slot of slots) {
    const score = scores[slot];
    if (best.length === rank && score <= best[rank - 1]) continue;
    let place = best.length;
    while (place > 0 && best[place - 1] < score) place -= 1;
    best.splice(place, 0, score);
    if (best.length > rank) best.pop();
  }
  return best.length < rank ? 0 : best[rank - 1];
}
