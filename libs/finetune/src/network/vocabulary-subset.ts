/**
 * The tokens that a run's texts contain. Tokens that never occur get no gradient, so under any of the optimisers their
 * vectors stay as they are; leaving them out of the word table saves updating (and holding moments for) rows that no
 * text reads. A multilingual vocabulary shrinks from 250,000 rows to a few thousand.
 */
export class VocabularySubset {
  /** Token ids by row of the small table. */
  readonly ids: Int32Array;
  /** Row of the small table by token id; -1 for tokens that do not occur. */
  readonly rows: Int32Array;

  private constructor(vocabularySize: number, seen: Uint8Array) {
    this.rows = new Int32Array(vocabularySize).fill(-1);
    const ids: number[] = [];
    seen.forEach((occurs, id) => {
      if (!occurs) return;
      this.rows[id] = ids.length;
      ids.push(id);
    });
    this.ids = Int32Array.from(ids);
  }

  /** @param texts token ids of every text that will be looked up; special and padding ids included by `always` */
  static of(vocabularySize: number, texts: Iterable<Int32Array>, always: number[]): VocabularySubset {
    const seen = new Uint8Array(vocabularySize);
    for (const id of always) seen[id] = 1;
    for (const ids of texts) for (let i = 0; i < ids.length; i++) seen[ids[i]] = 1;
    return new VocabularySubset(vocabularySize, seen);
  }

  get size(): number {
    return this.ids.length;
  }

  /** The rows of a whole table `[vocabulary, width]` that occur. */
  take(table: Float32Array, width: number): Float32Array {
    const result = new Float32Array(this.size * width);
    this.ids.forEach((id, row) => result.set(table.subarray(id * width, (id + 1) * width), row * width));
    return result;
  }

  /** A copy of the whole table with the small one's rows put back. */
  merge(table: Float32Array, small: Float32Array, width: number): Float32Array {
    const result = Float32Array.from(table);
    this.ids.forEach((id, row) => result.set(small.subarray(row * width, (row + 1) * width), id * width));
    return result;
  }
}
