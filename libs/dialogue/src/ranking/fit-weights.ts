import { CANDIDATE_FEATURES, posteriorOf, QUESTION_FEATURES, type Ranking, type RankingWeights } from './candidate';

/** A question whose answer is known. */
export interface LabelledRanking extends Ranking {
  /** Position of the right candidate; undefined where none is. */
  readonly answer: number | undefined;
}

/** How strongly the weights are held near those that they start from: the inverse variance of a normal prior. */
const PRIOR_PRECISION = 0.3;
const MOST_STEPS = 50;
/** Newton steps that change no weight by more than this end the search. */
const TOLERANCE = 1e-6;
/** Alternatives below this probability bend nothing. */
const NEGLIGIBLE = 1e-6;
const SIZE = CANDIDATE_FEATURES.length + QUESTION_FEATURES.length;

/**
 * The likeliest weights of the conditional logit for labelled questions, with a normal prior around `prior`: few questions
 * move them little. Newton's method on the concave log posterior, with halved steps where a whole one overshoots.
 */
export function fitWeights(questions: readonly LabelledRanking[], prior: RankingWeights): RankingWeights {
  const start = toVector(prior);
  const rows = questions.map(toRows);
  let weights = start;
  let value = logPosterior(rows, weights, start);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, hessian } = derivatives(rows, weights, start);
    const direction = solve(hessian, gradient);
    const next = climb(rows, weights, direction, value, start);
    if (next === undefined) break;
    const change = Math.max(...next.weights.map((weight, place) => Math.abs(weight - weights[place])));
    ({ weights, value } = next);
    if (change < TOLERANCE) break;
  }
  return toWeights(weights);
}

/** Mean log-likelihood of what is right, by question. */
export function meanLogLikelihood(questions: readonly LabelledRanking[], weights: RankingWeights): number {
  const sum = questions.reduce((total, question) => {
    const { candidates, none } = posteriorOf(question, weights);
    return total + Math.log(Math.max(1e-12, question.answer === undefined ? none : candidates[question.answer]));
  }, 0);
  return sum / questions.length;
}

/** The alternatives of a question one after the other, `SIZE` numbers each; the last is that none is right. */
interface Rows {
  readonly values: Float64Array;
  readonly alternatives: number;
  readonly chosen: number;
}

function toRows({ candidates, question, answer }: LabelledRanking): Rows {
  const values = new Float64Array((candidates.length + 1) * SIZE);
  candidates.forEach((features, row) => CANDIDATE_FEATURES.forEach((name, place) => (values[row * SIZE + place] = features[name])));
  QUESTION_FEATURES.forEach((name, place) => (values[candidates.length * SIZE + CANDIDATE_FEATURES.length + place] = question[name]));
  return { values, alternatives: candidates.length + 1, chosen: answer ?? candidates.length };
}

function probabilities({ values, alternatives }: Rows, weights: readonly number[]): Float64Array {
  const shares = new Float64Array(alternatives);
  let largest = -Infinity;
  for (let row = 0; row < alternatives; row++) {
    for (let place = 0; place < SIZE; place++) shares[row] += values[row * SIZE + place] * weights[place];
    largest = Math.max(largest, shares[row]);
  }
  let sum = 0;
  for (let row = 0; row < alternatives; row++) sum += shares[row] = Math.exp(shares[row] - largest);
  for (let row = 0; row < alternatives; row++) shares[row] /= sum;
  return shares;
}

function logPosterior(rows: readonly Rows[], weights: readonly number[], start: readonly number[]): number {
  const likelihood = rows.reduce((sum, row) => sum + Math.log(Math.max(1e-300, probabilities(row, weights)[row.chosen])), 0);
  return likelihood - (PRIOR_PRECISION / 2) * weights.reduce((sum, weight, place) => sum + (weight - start[place]) ** 2, 0);
}

/** Gradient, and the negative of the Hessian, which is positive definite. */
function derivatives(
  rows: readonly Rows[],
  weights: readonly number[],
  start: readonly number[],
): { gradient: number[]; hessian: number[][] } {
  const gradient = weights.map((weight, place) => -PRIOR_PRECISION * (weight - start[place]));
  const hessian = weights.map((_, row) => weights.map((_, column) => (row === column ? PRIOR_PRECISION : 0)));
  const mean = new Float64Array(SIZE);
  const away = new Float64Array(SIZE);
  for (const question of rows) {
    const { values, alternatives, chosen } = question;
    const shares = probabilities(question, weights);
    mean.fill(0);
    for (let row = 0; row < alternatives; row++) for (let i = 0; i < SIZE; i++) mean[i] += shares[row] * values[row * SIZE + i];
    for (let i = 0; i < SIZE; i++) gradient[i] += values[chosen * SIZE + i] - mean[i];
    for (let row = 0; row < alternatives; row++) {
      if (shares[row] < NEGLIGIBLE) continue;
      for (let i = 0; i < SIZE; i++) away[i] = values[row * SIZE + i] - mean[i];
      for (let i = 0; i < SIZE; i++) for (let j = 0; j <= i; j++) hessian[i][j] += shares[row] * away[i] * away[j];
    }
  }
  for (let i = 0; i < SIZE; i++) for (let j = 0; j < i; j++) hessian[j][i] = hessian[i][j];
  return { gradient, hessian };
}

function climb(
  rows: readonly Rows[],
  weights: readonly number[],
  direction: readonly number[],
  value: number,
  start: readonly number[],
): { weights: number[]; value: number } | undefined {
  for (let length = 1; length > 1e-4; length /= 2) {
    const next = weights.map((weight, place) => weight + length * direction[place]);
    const reached = logPosterior(rows, next, start);
    if (reached > value) return { weights: next, value: reached };
  }
  return undefined;
}

/** Gaussian elimination with pivots; the matrix is positive definite and small. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row, offset) => (Math.abs(row[column]) > Math.abs(rows[best][column]) ? column + offset : best), column);
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let below = column + 1; below < rows.length; below++) {
      const factor = rows[below][column] / rows[column][column];
      for (let place = column; place <= rows.length; place++) rows[below][place] -= factor * rows[column][place];
    }
  }
  const solution = new Array<number>(rows.length).fill(0);
  for (let row = rows.length - 1; row >= 0; row--) {
    const known = solution.reduce((sum, value, place) => (place > row ? sum + value * rows[row][place] : sum), 0);
    solution[row] = (rows[row][rows.length] - known) / rows[row][row];
  }
  return solution;
}

function toVector({ candidate, none }: RankingWeights): number[] {
  return [...CANDIDATE_FEATURES.map((name) => candidate[name]), ...QUESTION_FEATURES.map((name) => none[name])];
}

function toWeights(vector: readonly number[]): RankingWeights {
  const named = <Name extends string>(names: readonly Name[], offset: number) =>
    Object.fromEntries(names.map((name, place) => [name, vector[offset + place]])) as Record<Name, number>;
  return { candidate: named(CANDIDATE_FEATURES, 0), none: named(QUESTION_FEATURES, CANDIDATE_FEATURES.length) };
}
