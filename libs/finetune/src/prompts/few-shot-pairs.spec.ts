import type { EncodedExample } from '../data/example';
import { Random } from '../random';
import { pairsOfRound, type LabelledTexts } from './few-shot-pairs';

/** Three rows of label 0, two of label 1, one of label 2; then a text that describes label 0, and one that describes label 1. */
const LABELS = [0, 0, 0, 1, 1, 2, 0, 1];
const ROWS = 6;

function texts(): LabelledTexts {
  const all = LABELS.map((target, index): EncodedExample => ({ inputIds: Int32Array.of(index), target, index }));
  return { texts: all, rows: ROWS, rowNumbers: [4, 5, 6, 7, 8, 9] };
}

describe('pairsOfRound', () => {
  it('pairs each row with another text of its label, and counts all of them as right', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { candidates, train } = pairsOfRound(texts(), new Random(seed));
      expect(candidates).toHaveLength(LABELS.length);
      expect(train.rows).toEqual([4, 5, 6, 7, 8, 9]);
      train.queries.forEach(({ target, index }, row) => {
        expect(index).toBe(row);
        expect(LABELS[Number(target)]).toBe(LABELS[row]);
        expect(train.right[row]).toEqual([...LABELS.keys()].filter((text) => LABELS[text] === LABELS[row]));
        // The row of label 2 is alone with it.
        expect(target === row).toBe(row === 5);
      });
    }
  });

  it('draws others in another round, the texts that describe a label among them', () => {
    const drawn = Array.from({ length: 30 }, (_, seed) => pairsOfRound(texts(), new Random(seed)).train.queries[0].target);
    expect([...new Set(drawn)].sort()).toEqual([1, 2, 6]);
  });
});
