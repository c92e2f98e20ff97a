import { CANDIDATE_FEATURES, posteriorOf, type CandidateFeatures, type RankingWeights } from './candidate';
import { DEFAULT_WEIGHTS } from './default-weights';
import { fitWeights, meanLogLikelihood } from './fit-weights';
import { calibrated, fitIsotonic } from './isotonic';
import { DEFAULT_RANKING, learnRanking, type GroupedRanking } from './learn-ranking';
import { rankingMetrics, rankOf } from './metrics';

/** Numbers between 0 and 1 from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Questions whose answers follow weights: each is drawn by the probabilities that they give. */
function questionsOf(weights: RankingWeights, count: number, seed: number): GroupedRanking[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, group) => {
    const candidates = Array.from(
      { length: 6 },
      () => Object.fromEntries(CANDIDATE_FEATURES.map((name) => [name, random()])) as Record<keyof CandidateFeatures, number>,
    );
    const question = { bias: 1, outOfScope: random(), unknownWords: random() };
    const { candidates: shares } = posteriorOf({ candidates, question }, weights);
    let rest = random();
    const drawn = shares.findIndex((share) => (rest -= share) < 0);
    return { candidates, question, answer: drawn < 0 ? undefined : drawn, group: String(group) };
  });
}

const TRUTH: RankingWeights = {
  candidate: { dense: 6, denseEntry: 2, denseAnswer: 0, lexical: 4, lexicalAnswer: 1, identifiers: 2, intent: 3 },
  none: { bias: 8, outOfScope: 4, unknownWords: 0 },
};

describe('the ranking of candidates', () => {
  it('gives probabilities that sum to one, none of them included', () => {
    const [question] = questionsOf(TRUTH, 1, 1);
    const { candidates, none } = posteriorOf(question, TRUTH);
    expect(candidates.reduce((sum, probability) => sum + probability, none)).toBeCloseTo(1, 12);
    expect(posteriorOf({ ...question, candidates: [] }, TRUTH)).toEqual({ candidates: [], none: 1 });
  });

  it('learns the weights that the answers follow', () => {
    const fitted = fitWeights(questionsOf(TRUTH, 4_000, 2), DEFAULT_WEIGHTS);
    for (const name of CANDIDATE_FEATURES) expect(Math.abs(fitted.candidate[name] - TRUTH.candidate[name])).toBeLessThan(0.6);
    const held = questionsOf(TRUTH, 2_000, 3);
    expect(meanLogLikelihood(held, fitted)).toBeGreaterThan(meanLogLikelihood(held, DEFAULT_WEIGHTS));
    expect(meanLogLikelihood(held, TRUTH) - meanLogLikelihood(held, fitted)).toBeLessThan(0.01);
  });

  it('stays near where it began with few questions, and exactly there with none', () => {
    expect(fitWeights([], DEFAULT_WEIGHTS)).toEqual(DEFAULT_WEIGHTS);
    const near = fitWeights(questionsOf(TRUTH, 5, 4), DEFAULT_WEIGHTS);
    for (const name of CANDIDATE_FEATURES) expect(Math.abs(near.candidate[name] - DEFAULT_WEIGHTS.candidate[name])).toBeLessThan(2.5);
  });
});

describe('learnRanking', () => {
  it('merges so that it ranks better than either way, and states probabilities that hold', async () => {
    const { report, thresholds, weights, calibration } = await learnRanking(questionsOf(TRUTH, 1_500, 5), 0.8);
    expect(report?.ranking).toBe('learnt');
    expect(report?.learnt.precisionAt1).toBeGreaterThan(Math.max(report?.dense.precisionAt1 ?? 1, report?.lexical.precisionAt1 ?? 1));
    expect(report?.calibrationError).toBeLessThan(0.05);
    const answered = questionsOf(TRUTH, 4_000, 6).flatMap((question) => {
      const { candidates } = posteriorOf(question, weights);
      const best = candidates.indexOf(Math.max(...candidates));
      return calibrated(calibration, candidates[best]) >= thresholds.answer ? [best === question.answer] : [];
    });
    expect(answered.length).toBeGreaterThan(500);
    expect(answered.filter(Boolean).length / answered.length).toBeGreaterThan(0.76);
  });

  it('lets one way alone rank where merging gains nothing', async () => {
    const dense: RankingWeights = {
      candidate: { dense: 40, denseEntry: 0, denseAnswer: 0, lexical: 0, lexicalAnswer: 0, identifiers: 0, intent: 0 },
      none: { bias: -50, outOfScope: 0, unknownWords: 0 },
    };
    const { report } = await learnRanking(questionsOf(dense, 300, 7), 0.8);
    expect(report?.[report.ranking].precisionAt1).toBeGreaterThanOrEqual(report?.dense.precisionAt1 ?? 1);
  });

  it.each([
    ['dense search misleads', { dense: -8, lexical: 9 }],
    ['lexical search misleads', { dense: 9, lexical: -8 }],
    ['neither knows', { dense: 0, lexical: 0 }],
    ['both know', { dense: 9, lexical: 9 }],
    ['the intent alone knows', { dense: 0, lexical: 0, intent: 9 }],
  ])('is never worse on held-out questions than the better way where %s', async (_, truth) => {
    const candidate = { ...TRUTH.candidate, denseEntry: 0, lexicalAnswer: 0, identifiers: 0, intent: 0, ...truth };
    for (const seed of [20, 21]) {
      const { report } = await learnRanking(questionsOf({ ...TRUTH, candidate }, 200, seed), 0.8);
      const served = report?.[report.ranking].precisionAt1;
      expect(served).toBeGreaterThanOrEqual(Math.max(report?.dense.precisionAt1 ?? 1, report?.lexical.precisionAt1 ?? 1));
    }
  });

  it('does without features that tell nothing where it ranks better without them', async () => {
    const candidate = { dense: 0, denseEntry: 12, denseAnswer: 0, lexical: 0, lexicalAnswer: 0, identifiers: 0, intent: 0 };
    const frugal: boolean[] = [];
    for (const seed of [30, 31, 32, 33, 34, 35]) {
      const { weights, report } = await learnRanking(questionsOf({ ...TRUTH, candidate }, 110, seed), 0.8);
      expect(report?.ranking).toBe('learnt');
      expect(weights.candidate.denseEntry).toBeGreaterThan(4);
      frugal.push(weights.candidate.dense === 0 && weights.candidate.denseAnswer === 0 && weights.candidate.lexicalAnswer === 0);
    }
    expect(frugal).toContain(true);
  });

  it('keeps the defaults where there is too little to learn from', async () => {
    expect(await learnRanking(questionsOf(TRUTH, 99, 8), 0.8)).toBe(DEFAULT_RANKING);
  });
});

describe('fitIsotonic', () => {
  it('follows the shares that are right, and never falls', () => {
    const random = seeded(9);
    const observations = Array.from({ length: 5_000 }, () => {
      const score = random();
      return { score, right: random() < score ** 2 };
    });
    const curve = fitIsotonic(observations);
    for (const score of [0.1, 0.3, 0.5, 0.7, 0.9]) expect(Math.abs(calibrated(curve, score) - score ** 2)).toBeLessThan(0.08);
    expect([...curve.probabilities].sort((a, b) => a - b)).toEqual(curve.probabilities);
  });

  it('is nobody certain after a few observations', () => {
    const curve = fitIsotonic([
      { score: 0.9, right: true },
      { score: 0.95, right: true },
    ]);
    expect(calibrated(curve, 0.95)).toBeLessThan(1);
    expect(calibrated({ scores: [], probabilities: [] }, 0.4)).toBe(0.4);
  });
});

describe('rankingMetrics', () => {
  it('counts what it says', () => {
    expect(rankingMetrics([0, 1, undefined, 5])).toEqual({
      questions: 4,
      precisionAt1: 0.25,
      meanReciprocalRank: (1 + 1 / 2 + 1 / 6) / 4,
      ndcgAt5: (1 + 1 / Math.log2(3)) / 4,
    });
    expect(rankOf([0.5, 0.9, 0.5], 0)).toBe(2);
  });
});
