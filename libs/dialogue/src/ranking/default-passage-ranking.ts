import { CANDIDATE_FEATURES, type CandidateFeature } from './candidate';
import type { LearntRanking } from './learn-ranking';

/** Nothing known of a candidate, or nothing counted of what is known. */
export const NO_FEATURES = Object.fromEntries(CANDIDATE_FEATURES.map((name) => [name, 0])) as Record<CandidateFeature, number>;

/**
 * Serves where there are too few passages to learn from. A passage is a statement, and less near to a question than another way to ask it:
 * nearness, words, and what they are held against are round figures of what `fitWeights` finds on questions of three handbooks, each also
 * asked with its answer left out, by the pretrained encoder and by the example head; from the threshold on nine of ten answers to those were
 * right. `npm run bench -- passages` shows what they do on three other handbooks. Identifiers, and what is out of scope, are chosen on the
 * careful side: no question taught them.
 */
export const DEFAULT_PASSAGE_RANKING: LearntRanking = {
  weights: {
    candidate: { ...NO_FEATURES, dense: 16, lexical: 5, identifiers: 4 },
    none: { bias: 8, outOfScope: 4, unknownWords: 0 },
  },
  calibration: { scores: [], probabilities: [] },
  thresholds: { answer: 0.6, clarify: 0.6 },
};
