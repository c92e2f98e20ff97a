import type { Thresholds } from '../conversation/settings';
import type { JudgedQuestion } from './learn-ranking';
import { closeCandidates } from './close-candidates';

/** What serves where there is no validation data: more likely right than not, with room for the doubt. */
export const DEFAULT_THRESHOLDS: Thresholds = { answer: 0.6, clarify: 0.6 };

/** However good the data look, no answer is given that is more likely wrong, and none is held back that is almost certain. */
const LEAST = 0.4;
const MOST = 0.95;
/** Share of the clarifying questions that must offer what was meant. */
const USEFUL = 0.75;
/** Observations that the promise of the scores counts for. */
const PROMISED = 20;
/** Candidates that are offered at most. */
const OFFERED = 3;

/**
 * The lowest probability from which on so many of the answers given are right, and the lowest sum of close candidates from
 * which on asking which one is meant offers the right one often enough.
 *
 * @param questions held out, with calibrated probabilities
 * @param precision share of answers that must be right
 */
export function chooseThresholds(questions: readonly JudgedQuestion[], precision: number): Thresholds {
  const firsts = questions.flatMap(({ candidates: [first] }) =>
    first === undefined ? [] : [{ score: first.probability, right: first.isRight }],
  );
  const answer = lowest(firsts, precision);
  const unsure = questions.flatMap(({ candidates }) => {
    const [first] = candidates;
    if (first === undefined || first.probability >= answer) return [];
    const close = closeCandidates(candidates, OFFERED);
    return [{ score: close.reduce((sum, { probability }) => sum + probability, 0), right: close.some(({ isRight }) => isRight) }];
  });
  return { answer, clarify: unsure.length < OFFERED ? DEFAULT_THRESHOLDS.clarify : lowest(unsure, USEFUL) };
}

/**
 * The lowest score such that of those from it on the share is right. What the scores, which are calibrated, promise counts as some
 * observations beside those that were made: otherwise one mistake among the first few would leave a service mute.
 */
function lowest(observations: readonly { readonly score: number; readonly right: boolean }[], wanted: number): number {
  const sorted = [...observations].sort((a, b) => b.score - a.score);
  let right = 0;
  let promised = 0;
  let threshold = MOST;
  sorted.forEach(({ score, right: isRight }, place) => {
    right += isRight ? 1 : 0;
    promised += Math.min(1, score);
    const count = place + 1;
    const share = (right + (PROMISED * promised) / count) / (count + PROMISED);
    const isLastOfItsScore = sorted[count]?.score !== score;
    if (isLastOfItsScore && share >= wanted) threshold = score;
  });
  return Math.min(MOST, Math.max(LEAST, threshold));
}
