import type { NewItemFigures } from '../evaluation/evaluate-ranking';

/** Shares of a list's places that may be kept for items that training has not seen. */
export const NEW_ITEM_SHARES = [0.05, 0.1, 0.2] as const;

/** Part of NDCG@10 that may be lost to them. */
const PRICE = 0.01;

/**
 * The largest share of lists that can be kept for items that training has not seen at next to no loss of accuracy; 0 where every one costs more.
 *
 * @param figures by share, on events that training did not see
 */
export function learnNewItemShare(ndcgAt10: number, figures: readonly NewItemFigures[]): number {
  const affordable = figures.filter((one) => one.ndcgAt10 >= (1 - PRICE) * ndcgAt10 && one.unseenRecallAt20 > 0);
  return affordable.reduce((largest, { share }) => Math.max(largest, share), 0);
}
