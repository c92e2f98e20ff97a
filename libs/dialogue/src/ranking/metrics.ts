/** How well a way of ranking does on questions whose answers are known. */
export interface RankingMetrics {
  readonly questions: number;
  /** Share whose first candidate is right. */
  readonly precisionAt1: number;
  /** Mean of one over the rank of the right candidate, 0 where it is not among them. */
  readonly meanReciprocalRank: number;
  /** Normalised discounted cumulative gain of the first five (Järvelin and Kekäläinen 2002). */
  readonly ndcgAt5: number;
}

/**
 * Measures ranks.
 *
 * @param ranks of the right candidate, from 0; undefined where it is not among the candidates
 */
export function rankingMetrics(ranks: readonly (number | undefined)[]): RankingMetrics {
  const mean = (gain: (rank: number) => number): number =>
    ranks.length === 0 ? 0 : ranks.reduce<number>((sum, rank) => sum + (rank === undefined ? 0 : gain(rank)), 0) / ranks.length;
  return {
    questions: ranks.length,
    precisionAt1: mean((rank) => (rank === 0 ? 1 : 0)),
    meanReciprocalRank: mean((rank) => 1 / (rank + 1)),
    ndcgAt5: mean((rank) => (rank < 5 ? 1 / Math.log2(rank + 2) : 0)),
  };
}

/** The rank of a candidate by scores, counted after those that score as high: a tie is no merit. */
export function rankOf(scores: readonly number[], position: number): number {
  return scores.filter((score, place) => place !== position && score >= scores[position]).length;
}
