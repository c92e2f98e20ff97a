/** Saturation of repeats and weight of a text's length: the values that Robertson and Zaragoza (2009) recommend. */
const K1 = 1.2;
const B = 0.75;

interface Posting {
  /** Slots of the documents that have the term, ascending. */
  readonly slots: number[];
  /** How often, in the same order. */
  readonly counts: number[];
}

interface Document<Id> {
  readonly id: Id;
  readonly terms: ReadonlyMap<string, number>;
  readonly length: number;
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
  private scores = new Float64Array(1_024);

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
    for (const [term, count] of counts) this.insert(term, slot, count);
    if (this.documents.length > this.scores.length) this.scores = new Float64Array(this.scores.length * 2);
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
    const documents = this.postings.get(term)?.slots.length ?? 0;
    return Math.log(1 + (this.size - documents + 0.5) / (documents + 0.5));
  }

  /** Whether any document has a term. */
  has(term: string): boolean {
    return this.postings.has(term);
  }

  /**
   * The best documents for terms, each of which counts once.
   *
   * @param except a document that is passed over
   */
  search(terms: readonly string[], limit: number, except?: Id): LexicalResult<Id> {
    const { scores, mean } = this;
    const touched: number[] = [];
    const unique = [...new Set(terms)];
    let ideal = 0;
    for (const term of unique) {
      const weight = this.weightOf(term);
      ideal += weight;
      const posting = this.postings.get(term);
      if (posting === undefined) continue;
      for (let i = 0; i < posting.slots.length; i++) {
        const slot = posting.slots[i];
        if (scores[slot] === 0) touched.push(slot);
        scores[slot] += contribution(weight, posting.counts[i], this.documents[slot]?.length ?? mean, mean);
      }
    }
    const skipped = except === undefined ? undefined : this.slotOf.get(except);
    const hits = best(touched, scores, limit, skipped).map((slot) => this.hit(slot, scores[slot]));
    for (const slot of touched) scores[slot] = 0;
    return { hits, ideal, scoreOf: (id) => this.scoreOf(unique, id, mean) };
  }

  /** The score that a text would have for terms, each of which counts once, if it were one of the documents. */
  scoreOfText(terms: readonly string[], text: readonly string[]): number {
    const { length } = text;
    return this.score(new Set(terms), { terms: countsOf(text), length }, this.size === 0 ? length : this.mean);
  }

  private get mean(): number {
    return this.size === 0 ? 1 : this.totalLength / this.size;
  }

  private scoreOf(terms: readonly string[], id: Id, mean: number): number {
    const slot = this.slotOf.get(id);
    const document = slot === undefined ? undefined : this.documents[slot];
    return document === undefined ? 0 : this.score(terms, document, mean);
  }

  private score(terms: Iterable<string>, document: Omit<Document<Id>, 'id'>, mean: number): number {
    let score = 0;
    for (const term of terms) {
      const count = document.terms.get(term);
      if (count !== undefined) score += contribution(this.weightOf(term), count, document.length, mean);
    }
    return score;
  }

  private hit(slot: number, score: number): LexicalHit<Id> {
    const document = this.documents[slot];
    if (document === undefined) throw new Error('a posting of a document that is gone');
    return { id: document.id, score };
  }

  private insert(term: string, slot: number, count: number): void {
    const posting = this.postings.get(term) ?? { slots: [], counts: [] };
    this.postings.set(term, posting);
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

function contribution(weight: number, count: number, length: number, mean: number): number {
  return (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / mean));
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

/** The slots with the highest scores, best first; equal ones in the order of slots. */
function best(slots: readonly number[], scores: Float64Array, limit: number, skipped: number | undefined): number[] {
  const kept: number[] = [];
  for (const slot of slots) {
    if (slot === skipped) continue;
    if (kept.length === limit && scores[slot] <= scores[kept[limit - 1]]) continue;
    let place = kept.length;
    while (place > 0 && scores[kept[place - 1]] < scores[slot]) place -= 1;
    kept.splice(place, 0, slot);
    if (kept.length > limit) kept.pop();
  }
  return kept;
}
