import type { RankingHead } from '@attune/artifact';
import { Catalogue } from '../catalogue/catalogue';
import { learnNewItemShare } from '../training/new-item-share';
import { evaluateRanking, type NewItemFigures } from './evaluate-ranking';

/** Forty items, the last ten of which training has not seen. */
const [ITEMS, SEEN] = [40, 30];

function head(): RankingHead {
  const items = Array.from({ length: ITEMS }, (_, place) => {
    const users = place < SEEN ? 1 : 0;
    return { id: String(place), categories: {}, numbers: {}, events: users, decayedEvents: users, users };
  });
  const behaviour = { typeWeights: {}, defaultWeight: 1, recency: 5, tasteRecency: 5, longestHistory: 100, popularityDays: 30 };
  const scoring = { behaviour, features: [], calibration: { scores: [], probabilities: [] }, numbers: {}, categories: [], trainedAt: 0 };
  const none = { matchVectors: new Float32Array(0), matchWidth: 0, matchProjection: new Float32Array(0) };
  const collaborative = { neighbours: new Int32Array(0), weights: new Float32Array(0), width: 0 };
  return { scoring, items, textVectors: new Float32Array(ITEMS), textWidth: 1, ...none, collaborative };
}

describe('places kept for items that training has not seen', () => {
  const catalogue = new Catalogue(head());
  const user = { id: 'u', history: [], now: 0, seen: new Set<number>(), relevant: new Set([0, 9, 30]) };
  /** The lower the place, the better: the unseen come last. */
  const scorer = () => Float64Array.from({ length: ITEMS }, (_, place) => -place);

  it('are judged by what they bring and what they cost', () => {
    const plain = evaluateRanking(catalogue, [user], scorer);
    expect(plain).toMatchObject({ unseenRecallAt20: 0, recallAt20: 2 / 3 });
    expect(plain.newItems).toBeUndefined();
    const [small, large] = evaluateRanking(catalogue, [user], scorer, [0.05, 0.1]).newItems ?? [];
    // The last place of twenty: nothing among the first ten changes, and the best of the unseen is found.
    expect(small).toMatchObject({ share: 0.05, ndcgAt10: plain.ndcgAt10, recallAt20: 1, unseenRecallAt20: 1, unseenCoverageAt20: 0.1 });
    // The tenth place, too: there stood what was wanted, and now stands what is wanted no less.
    expect(large).toMatchObject({ share: 0.1, ndcgAt10: plain.ndcgAt10, recallAt20: 1, unseenCoverageAt20: 0.2 });
  });

  it('are as many as cost next to nothing', () => {
    const figures = (share: number, ndcgAt10: number, unseenRecallAt20: number): NewItemFigures => {
      return { share, ndcgAt10, unseenRecallAt20, recallAt20: 0.1, coverageAt10: 0.1, unseenCoverageAt20: 0.1 };
    };
    expect(learnNewItemShare(0.2, [figures(0.05, 0.2, 0.01), figures(0.1, 0.199, 0.02), figures(0.2, 0.19, 0.05)])).toBe(0.1);
    expect(learnNewItemShare(0.2, [figures(0.05, 0.2, 0)])).toBe(0);
    expect(learnNewItemShare(0.2, [])).toBe(0);
  });
});
