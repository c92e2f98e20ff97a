import type { RankingWeights } from './candidate';

/**
 * Weights for knowledge that is too small to learn any from. The vector of a whole entry counts nothing in them: between two entries that
 * are asked for alike it would choose by their answers, where the customer is to be asked.
 */
export const DEFAULT_WEIGHTS: RankingWeights = {
  candidate: { dense: 9, denseEntry: 0, denseAnswer: 1.5, lexical: 3, lexicalAnswer: 1, identifiers: 7, intent: 2 },
  none: { bias: 6, outOfScope: 3, unknownWords: 1 },
};
