import { mostConfused, rowShares } from './confusion';

const LABELS = ['account', 'delivery', 'refund'];
const MATRIX = [
  [8, 0, 2],
  [5, 5, 0],
  [0, 0, 0],
];

describe('a confusion matrix', () => {
  it('names the labels that are mistaken most often, the true one first', () => {
    expect(mostConfused(LABELS, MATRIX)).toEqual([
      { label: 'delivery', predicted: 'account', count: 5 },
      { label: 'account', predicted: 'refund', count: 2 },
    ]);
    expect(mostConfused(LABELS, MATRIX, 1)).toHaveLength(1);
  });

  it('has shares of each true label, none where a label has no rows', () => {
    expect(rowShares(MATRIX)).toEqual([
      [0.8, 0, 0.2],
      [0.5, 0.5, 0],
      [0, 0, 0],
    ]);
  });
});
