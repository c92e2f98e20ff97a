import { selectTop } from '../scoring/select-top';
import expected from './fixtures/metrics.json';
import {
  areaUnderCurve,
  averagePrecisionAt,
  giniCoefficient,
  hitAt,
  intraListDiversity,
  ndcgAt,
  recallAt,
  reciprocalRank,
} from './metrics';

describe('metrics of a list', () => {
  it.each(expected)('equal those of scikit-learn', ({ scores, relevant: flags, ndcgAt10, ndcgAt5, auc, averagePrecision }) => {
    const relevant = new Set(flags.flatMap((flag, place) => (flag === 1 ? [place] : [])));
    const list = { ranked: selectTop(scores, scores.length), relevant };
    expect(ndcgAt(list, 10)).toBeCloseTo(ndcgAt10, 10);
    expect(ndcgAt(list, 5)).toBeCloseTo(ndcgAt5, 10);
    expect(averagePrecisionAt(list, scores.length)).toBeCloseTo(averagePrecision, 10);
    expect(areaUnderCurve(scores, relevant, () => true)).toBeCloseTo(auc, 10);
  });

  const list = { ranked: [4, 7, 1, 9], relevant: new Set([7, 9, 30]) };
  it('count what was found', () => {
    expect([recallAt(list, 2), recallAt(list, 10), hitAt(list, 1), hitAt(list, 2), reciprocalRank(list)]).toEqual([
      1 / 3,
      2 / 3,
      0,
      1,
      0.5,
    ]);
    expect(averagePrecisionAt(list, 4)).toBeCloseTo((1 / 2 + 2 / 4) / 3, 10);
  });
  it('are 0 where nothing was taken, and where nothing is listed', () => {
    const none = { ranked: [1], relevant: new Set<number>() };
    const empty = { ranked: [], relevant: new Set([1]) };
    for (const one of [none, empty]) {
      expect([ndcgAt(one, 10), recallAt(one, 10), hitAt(one, 10), averagePrecisionAt(one, 10), reciprocalRank(one)]).toEqual([
        0, 0, 0, 0, 0,
      ]);
    }
    expect(areaUnderCurve([1, 2], new Set(), () => true)).toBeUndefined();
  });
  it('count ties half', () => expect(areaUnderCurve([1, 1, 0], new Set([0]), () => true)).toBe(0.75));
});

describe('metrics of many lists', () => {
  it('say how unequal counts are', () => {
    expect(giniCoefficient([5, 5, 5, 5])).toBeCloseTo(0, 10);
    expect(giniCoefficient([0, 0, 0, 8])).toBeCloseTo(0.75, 10);
    expect(giniCoefficient([0, 0])).toBe(0);
  });
  it('say how far apart the items of a list are', () => {
    expect(
      intraListDiversity([
        [1, 0],
        [0, 1],
        [1, 0],
      ]),
    ).toBeCloseTo(2 / 3, 10);
    expect(
      intraListDiversity([
        [1, 0],
        [0, 0],
      ]),
    ).toBeUndefined();
  });
});
