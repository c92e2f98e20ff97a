import { multiplyTransposed, type ProductWithTransposed } from '../heads/matrix-product';
import type { EvaluationReport } from './report';

/** Vectors of a matching task, of any length above 0. */
export interface MatchingVectors {
  /** `[queries × width]` */
  queries: Float32Array;
  /** `[candidates × width]` */
  candidates: Float32Array;
  width: number;
  /** For each query the candidates that answer it. */
  right: readonly (readonly number[])[];
}

export interface MatchingEvaluationOptions {
  /** Of the loss. */
  temperature?: number;
  /** The matrix product; default the one in plain TypeScript. */
  matmul?: ProductWithTransposed;
}

/** Queries whose cosines are held at a time. */
const BLOCK_QUERIES = 256;

/**
 * Evaluates a search by cosine: where among all candidates the best-placed answer of each query stands. Of several answers to a query one
 * is enough; its discounted gain is therefore `1 / log₂(place + 1)`. The loss is InfoNCE against all candidates.
 */
export function evaluateMatching(
  { queries, candidates, width, right }: MatchingVectors,
  { temperature = 0.05, matmul = multiplyTransposed }: MatchingEvaluationOptions = {},
): EvaluationReport {
  const count = candidates.length / width;
  const [left, units] = [unitRows(queries, width), unitRows(candidates, width)];
  const places: number[] = [];
  let loss = 0;
  for (let start = 0; start < right.length; start += BLOCK_QUERIES) {
    const end = Math.min(right.length, start + BLOCK_QUERIES);
    const cosines = matmul(left.subarray(start * width, end * width), units, end - start, count, width);
    for (let row = start; row < end; row++) {
      const own = cosines.subarray((row - start) * count, (row - start + 1) * count);
      places.push(placeOf(own, right[row]));
      loss += queryLoss(own, right[row], temperature) / right.length;
    }
  }
  const mean = (gain: (place: number) => number): number => places.reduce((sum, place) => sum + gain(place), 0) / places.length;
  return {
    task: 'matching',
    rows: right.length,
    loss,
    candidates: count,
    precisionAt1: mean((place) => (place === 1 ? 1 : 0)),
    recallAt5: mean((place) => (place <= 5 ? 1 : 0)),
    recallAt10: mean((place) => (place <= 10 ? 1 : 0)),
    mrr: mean((place) => 1 / place),
    ndcgAt5: mean((place) => (place <= 5 ? 1 / Math.log2(place + 1) : 0)),
    ndcgAt10: mean((place) => (place <= 10 ? 1 / Math.log2(place + 1) : 0)),
  };
}

/** Place, from 1, of the best-placed answer: wrong candidates before it count, and answers do not count against each other. */
function placeOf(cosines: Float32Array, right: readonly number[]): number {
  const answers = new Set(right);
  const best = Math.max(...right.map((candidate) => cosines[candidate]));
  let before = 0;
  cosines.forEach((cosine, candidate) => {
    if (cosine > best && !answers.has(candidate)) before++;
  });
  return before + 1;
}

/** `−log` of the share of the best answer among it and the wrong candidates. */
function queryLoss(cosines: Float32Array, right: readonly number[], temperature: number): number {
  const answers = new Set(right);
  const best = Math.max(...right.map((candidate) => cosines[candidate]));
  let sum = 1;
  cosines.forEach((cosine, candidate) => {
    if (!answers.has(candidate)) sum += Math.exp((cosine - best) / temperature);
  });
  return Math.log(sum);
}

/** Rows divided by their Euclidean lengths; rows of zeros stay. */
export function unitRows(values: Float32Array, width: number): Float32Array {
  const units = Float32Array.from(values);
  for (let start = 0; start < units.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += units[i] * units[i];
    const length = Math.sqrt(squares);
    if (length > 0) for (let i = start; i < start + width; i++) units[i] /= length;
  }
  return units;
}
