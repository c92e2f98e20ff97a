import type { RankingScoring } from '@attune/artifact';

export type CalibrationPoints = RankingScoring['calibration'];

/** Probability of a score: linear between the points, level beyond them. */
export function probabilityOf({ scores, probabilities }: CalibrationPoints, score: number): number {
  const last = scores.length - 1;
  if (last < 0) return 0;
  if (!(score > scores[0])) return probabilities[0];
  if (score >= scores[last]) return probabilities[last];
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (scores[middle] <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]) / (scores[high] - scores[low]);
  return probabilities[low] + share * (probabilities[high] - probabilities[low]);
}

/** Observations that are pooled before the monotonic fit, at least: rarer positives make no steps of their own. */
const LEAST_PER_BLOCK = 50;
/** Blocks get narrower by this factor towards the highest scores, which are the ones that are shown. */
const NARROWING = 0.7;

interface Block {
  score: number;
  positives: number;
  count: number;
}

/**
 * A monotonic map from scores to the share of them that were right: isotonic regression by pooling adjacent violators (Zadrozny and Elkan
 * 2002), over blocks of neighbouring scores that get smaller towards the top.
 *
 * @param scores any numbers, higher for likelier
 * @param right 1 where the item was taken
 * @param standsFor how many items each stands for; 1 where absent
 */
export function fitCalibration(scores: ArrayLike<number>, right: ArrayLike<number>, standsFor?: ArrayLike<number>): CalibrationPoints {
  const order = Uint32Array.from({ length: scores.length }, (_, place) => place).sort((a, b) => scores[a] - scores[b]);
  const blocks: Block[] = [];
  let start = 0;
  while (start < order.length) {
    const left = order.length - start;
    const size = left < 2 * LEAST_PER_BLOCK ? left : Math.max(LEAST_PER_BLOCK, Math.floor(left * (1 - NARROWING)));
    push(blocks, blockOf(order.subarray(start, start + size), scores, right, standsFor));
    start += size;
  }
  return { scores: blocks.map(({ score }) => score), probabilities: blocks.map(({ positives, count }) => positives / count) };
}

function blockOf(
  places: Uint32Array,
  scores: ArrayLike<number>,
  right: ArrayLike<number>,
  standsFor: ArrayLike<number> | undefined,
): Block {
  const block: Block = { score: 0, positives: 0, count: 0 };
  for (const place of places) {
    const count = standsFor?.[place] ?? 1;
    block.score += count * scores[place];
    block.positives += count * right[place];
    block.count += count;
  }
  block.score /= block.count;
  return block;
}

function push(blocks: Block[], block: Block): void {
  blocks.push(block);
  while (blocks.length > 1) {
    const [before, last] = blocks.slice(-2);
    // Of equal scores, too: a curve has one probability for each.
    if (before.positives / before.count < last.positives / last.count && before.score < last.score) return;
    const count = before.count + last.count;
    const score = (before.score * before.count + last.score * last.count) / count;
    blocks.splice(-2, 2, { score, positives: before.positives + last.positives, count });
  }
}

/**
 * Mean distance between probabilities and what happened, over groups of equal size (Naeini et al. 2015, with equal mass).
 *
 * @param standsFor how many items each stands for; 1 where absent
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  right: ArrayLike<number>,
  standsFor?: ArrayLike<number>,
  groups = 10,
): number {
  const count = probabilities.length;
  const order = Uint32Array.from({ length: count }, (_, place) => place).sort((a, b) => probabilities[a] - probabilities[b]);
  let [error, whole] = [0, 0];
  for (let group = 0; group < groups; group++) {
    const [start, end] = [Math.floor((group * count) / groups), Math.floor(((group + 1) * count) / groups)];
    let difference = 0;
    for (const place of order.subarray(start, end)) {
      const weight = standsFor?.[place] ?? 1;
      whole += weight;
      difference += weight * (probabilities[place] - right[place]);
    }
    error += Math.abs(difference);
  }
  return whole === 0 ? 0 : error / whole;
}
