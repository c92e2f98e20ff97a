import { posteriorOf, type Ranking, type RankingWeights } from './candidate';
import type { GroupedRanking } from './learn-ranking';

/** Candidates of a question that are learnt from: the likeliest, and the right one. */
const MOST_CANDIDATES = 25;

/**
 * A question to learn a ranking from, with those of its candidates that are likely to be taken for the answer.
 *
 * @param ids of the candidates, in their order
 * @param right id of the answer, which need not be among them
 * @param weights by which candidates are likely
 */
export function withLikeliest<Id>(found: Ranking, ids: readonly Id[], right: Id, weights: RankingWeights): GroupedRanking {
  const { candidates: probabilities } = posteriorOf(found, weights);
  const kept = ids
    .map((id, place) => ({ id, place }))
    .sort((a, b) => probabilities[b.place] - probabilities[a.place])
    .filter(({ id }, rank) => rank < MOST_CANDIDATES || id === right);
  const answer = kept.findIndex(({ id }) => id === right);
  return {
    question: found.question,
    candidates: kept.map(({ place }) => found.candidates[place]),
    answer: answer < 0 ? undefined : answer,
    group: String(right),
  };
}
