import { z } from 'zod';
import type { Thresholds } from '../conversation/settings';
import { CANDIDATE_FEATURES, posteriorOf, rankingWeightsSchema, type CandidateFeature, type RankingWeights } from './candidate';
import { DEFAULT_WEIGHTS } from './default-weights';
import { fitWeights, type LabelledRanking } from './fit-weights';
import { calibrated, calibrationCurveSchema, fitIsotonic } from './isotonic';
import { rankingMetrics, rankOf, type RankingMetrics } from './metrics';
import { chooseThresholds, DEFAULT_THRESHOLDS } from './thresholds';

/** A labelled question, and the group that stays on one side of a split: its entry. */
export interface GroupedRanking extends LabelledRanking {
  readonly group: string;
}

const metricsSchema = z.object({
  questions: z.number().int(),
  precisionAt1: z.number(),
  meanReciprocalRank: z.number(),
  ndcgAt5: z.number(),
});

/** What was learnt of questions with known answers, and how good it is on those that it was not learnt from. */
export const learntRankingSchema = z.object({
  weights: rankingWeightsSchema,
  calibration: calibrationCurveSchema,
  thresholds: z.object({ answer: z.number().min(0).max(1), clarify: z.number().min(0).max(1) }),
  report: z
    .object({
      /** Which ranking serves: the learnt one, or a single way where that did better. */
      ranking: z.enum(['learnt', 'dense', 'lexical']),
      learnt: metricsSchema,
      dense: metricsSchema,
      lexical: metricsSchema,
      /** Mean gap of stated probability and share that is right, in ten bins (Guo et al. 2017). */
      calibrationError: z.number(),
      /** Of the questions answered from the threshold on, the share that is right, and of all questions the share answered. */
      precision: z.number(),
      coverage: z.number(),
    })
    .optional(),
});
export type LearntRanking = z.infer<typeof learntRankingSchema>;

/** What serves where there is too little to learn from. */
export const DEFAULT_RANKING: LearntRanking = {
  weights: DEFAULT_WEIGHTS,
  calibration: { scores: [], probabilities: [] },
  thresholds: DEFAULT_THRESHOLDS,
};

/** Questions below which nothing is learnt. */
export const FEWEST_QUESTIONS = 100;
const FOLDS = 5;
const BINS = 10;

/** A held-out question, judged. */
export interface JudgedQuestion {
  /** Probabilities of its candidates, best first, with whether each is right. */
  readonly candidates: readonly { readonly probability: number; readonly isRight: boolean }[];
}

/**
 * Learns how to rank candidates, what their probabilities are worth, and from which one on to answer. Every figure
 * is of questions held out by their group. Where dense or lexical search alone ranks them better than the learnt model, the weights are
 * those of that way: the merged ranking is never the worse one.
 *
 * @param precision share of answers that must be right
 * @param pause awaited between steps of some milliseconds, so that other work gets its turn
 * @param prior what the weights are where the questions say nothing
 * @returns the defaults where there are too few questions
 */
export async function learnRanking(
  questions: readonly GroupedRanking[],
  precision: number,
  pause: () => Promise<void> = () => Promise.resolve(),
  prior: RankingWeights = DEFAULT_WEIGHTS,
): Promise<LearntRanking> {
  if (questions.length < FEWEST_QUESTIONS) return DEFAULT_RANKING;
  const folds = foldsOf(questions);
  const prepared: PreparedWay[] = [];
  for (const way of WAYS) {
    const heldOut: RankingWeights[] = [];
    for (const { train } of folds) {
      await pause();
      heldOut.push(fitWay(train, way, prior));
    }
    const ranks = folds.flatMap(({ test }, fold) => test.filter(isAnswerable).map((question) => rankBy(question, heldOut[fold])));
    prepared.push({ ...way, heldOut, metrics: rankingMetrics(ranks) });
  }
  const best = bestOf(prepared);
  const judge = (calibration: LearntRanking['calibration']) =>
    folds.flatMap(({ test }, fold) => test.map((question) => judged(question, best.heldOut[fold], calibration)));
  const raw = judge({ scores: [], probabilities: [] });
  const calibration = fitIsotonic(
    raw.flatMap(({ candidates: [first] }) => (first === undefined ? [] : [{ score: first.probability, right: first.isRight }])),
  );
  const heldOut = judge(calibration);
  const thresholds = chooseThresholds(heldOut, precision);
  const metricsOf = (ranking: Way['ranking']): RankingMetrics => bestOf(prepared.filter((way) => way.ranking === ranking)).metrics;
  return {
    weights: fitWay(questions, best, prior),
    calibration,
    thresholds,
    report: {
      ranking: best.ranking,
      learnt: metricsOf('learnt'),
      dense: metricsOf('dense'),
      lexical: metricsOf('lexical'),
      calibrationError: calibrationError(heldOut),
      ...outcome(heldOut, thresholds),
    },
  };
}

interface Way {
  readonly ranking: 'learnt' | 'dense' | 'lexical';
  readonly features: readonly CandidateFeature[];
}

interface PreparedWay extends Way {
  /** Weights learnt without each fold. */
  readonly heldOut: readonly RankingWeights[];
  readonly metrics: RankingMetrics;
}

/**
 * The learnt ranking comes first: of equals it serves. It is learnt with all features and with few: where the others tell nothing beyond
 * the vector of the whole entry, their weights are noise.
 */
const WAYS: readonly Way[] = [
  { ranking: 'learnt', features: CANDIDATE_FEATURES },
  { ranking: 'learnt', features: ['denseEntry', 'lexical', 'identifiers', 'intent'] },
  { ranking: 'learnt', features: ['denseEntry', 'identifiers', 'intent'] },
  { ranking: 'dense', features: ['dense'] },
  { ranking: 'lexical', features: ['lexical'] },
];

/** Weights over some features alone; those of the others are 0. */
function fitWay(questions: readonly LabelledRanking[], { features }: Way, prior: RankingWeights): RankingWeights {
  const only = (values: Readonly<Record<CandidateFeature, number>>) =>
    Object.fromEntries(CANDIDATE_FEATURES.map((name) => [name, features.includes(name) ? values[name] : 0])) as Record<
      CandidateFeature,
      number
    >;
  const masked = questions.map((question) => ({ ...question, candidates: question.candidates.map(only) }));
  // Without the nearest way to ask, the vector of the whole entry stands in its place.
  const start = features.includes('dense') ? prior.candidate : { ...prior.candidate, denseEntry: prior.candidate.dense };
  const { candidate, none } = fitWeights(masked, { ...prior, candidate: only(start) });
  return { candidate: only(candidate), none };
}

function bestOf(ways: readonly PreparedWay[]): PreparedWay {
  return ways.reduce((leader, each) => (isBetter(each.metrics, leader.metrics) ? each : leader));
}

function rankBy(question: LabelledRanking, weights: RankingWeights): number | undefined {
  if (question.answer === undefined) return undefined;
  return rankOf(posteriorOf(question, weights).candidates, question.answer);
}

function isAnswerable({ answer }: LabelledRanking): boolean {
  return answer !== undefined;
}

function isBetter(
  a: { precisionAt1: number; meanReciprocalRank: number },
  b: { precisionAt1: number; meanReciprocalRank: number },
): boolean {
  return a.precisionAt1 > b.precisionAt1 || (a.precisionAt1 === b.precisionAt1 && a.meanReciprocalRank > b.meanReciprocalRank);
}

function judged(question: LabelledRanking, weights: RankingWeights, calibration: LearntRanking['calibration']): JudgedQuestion {
  const { candidates } = posteriorOf(question, weights);
  return {
    candidates: candidates
      .map((probability, position) => ({ probability: calibrated(calibration, probability), isRight: position === question.answer }))
      .sort((a, b) => b.probability - a.probability),
  };
}

function foldsOf(questions: readonly GroupedRanking[]): { train: GroupedRanking[]; test: GroupedRanking[] }[] {
  const groups = [...new Set(questions.map(({ group }) => group))];
  const foldOf = new Map(groups.map((group, place) => [group, place % FOLDS]));
  return Array.from({ length: FOLDS }, (_, fold) => ({
    train: questions.filter(({ group }) => foldOf.get(group) !== fold),
    test: questions.filter(({ group }) => foldOf.get(group) === fold),
  }));
}

function calibrationError(questions: readonly JudgedQuestion[]): number {
  const firsts = questions.flatMap(({ candidates: [first] }) => (first === undefined ? [] : [first]));
  const bins = Array.from({ length: BINS }, (_, bin) =>
    firsts.filter(({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === bin),
  );
  const gap = (bin: typeof firsts): number =>
    Math.abs(bin.reduce((sum, { probability, isRight }) => sum + probability - (isRight ? 1 : 0), 0));
  return firsts.length === 0 ? 0 : bins.reduce((sum, bin) => sum + gap(bin), 0) / firsts.length;
}

function outcome(questions: readonly JudgedQuestion[], { answer }: Thresholds): { precision: number; coverage: number } {
  const answered = questions.filter(({ candidates: [first] }) => first !== undefined && first.probability >= answer);
  const right = answered.filter(({ candidates: [first] }) => first.isRight).length;
  return {
    precision: answered.length === 0 ? 1 : right / answered.length,
    coverage: questions.length === 0 ? 0 : answered.length / questions.length,
  };
}
