import { Bm25Index } from './bm25-index';

/** Numbers from 0 to 1, the same for a seed (Park and Miller 1988). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Texts of words, of which the first are in most and the last in few (Zipf). */
function textsOf(count: number, random: () => number): string[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + Math.floor(random() * 14) }, () => `w${Math.floor(400 ** random()) - 1}`),
  );
}

/** The formula of Robertson and Zaragoza (2009), over every document. */
function scoresOf(query: readonly string[], documents: ReadonlyMap<number, readonly string[]>): Map<number, number> {
  const all = [...documents.values()];
  const mean = all.reduce((sum, { length }) => sum + length, 0) / all.length;
  const weights = new Map(
    [...new Set(query)].map((term) => {
      const having = all.filter((document) => document.includes(term)).length;
      return [term, Math.log(1 + (all.length - having + 0.5) / (having + 0.5))];
    }),
  );
  const score = (document: readonly string[]): number =>
    [...weights].reduce((sum, [term, weight]) => {
      const count = document.filter((word) => word === term).length;
      return sum + (weight * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * document.length) / mean));
    }, 0);
  return new Map([...documents].map(([id, document]) => [id, score(document)]));
}

describe('the lexical index', () => {
  it.each([1, 2, 3])('finds what a look at every document finds, while documents come, change and go (%i)', (seed) => {
    const random = numbersOf(seed);
    const index = new Bm25Index<number>();
    const documents = new Map<number, readonly string[]>();
    for (const [id, text] of textsOf(1_500, random).entries()) {
      index.add(id, text);
      documents.set(id, text);
    }
    for (let round = 0; round < 40; round++) {
      const [changed, ...query] = textsOf(2, random);
      const id = Math.floor(random() * 1_500);
      if (random() < 0.5) {
        index.remove(id);
        documents.delete(id);
      } else {
        index.add(id, changed);
        documents.set(id, changed);
      }
      const terms = [...query[0], 'unknown'];
      const expected = scoresOf(terms, documents);
      const best = [...expected.values()].filter((score) => score > 0).sort((a, b) => b - a);
      const { hits, scoreOf } = index.search(terms, 20);
      expect(hits).toHaveLength(Math.min(20, best.length));
      hits.forEach(({ id: found, score }, rank) => {
        expect(score).toBeCloseTo(best[rank], 10);
        expect(score).toBeCloseTo(expected.get(found) ?? -1, 10);
        expect(scoreOf(found)).toBe(score);
      });
    }
  });

  it('finds a passed over document nowhere, and the next best in its place', () => {
    const index = new Bm25Index<string>();
    for (const [id, text] of Object.entries({ a: 'red kettle', b: 'a red kettle', c: 'red lamp', d: 'blue lamp' }))
      index.add(id, text.split(' '));
    const found = (except?: string): string[] => index.search(['red', 'kettle'], 2, except).hits.map(({ id }) => id);
    expect(found()).toEqual(['a', 'b']);
    expect(found('a')).toEqual(['b', 'c']);
  });

  it('gives equal documents in the order in which they were added', () => {
    const index = new Bm25Index<number>();
    for (let id = 0; id < 50; id++) index.add(id, ['the', 'kettle']);
    index.add(50, ['the', 'lamp']);
    expect(index.search(['the', 'kettle'], 5).hits.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
  });
});
