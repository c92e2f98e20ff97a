import { z } from 'zod';

/** A monotonic map from scores to probabilities, linear between its points. */
export const calibrationCurveSchema = z.object({ scores: z.array(z.number()), probabilities: z.array(z.number().min(0).max(1)) });
export type CalibrationCurve = z.infer<typeof calibrationCurveSchema>;

interface Block {
  score: number;
  right: number;
  count: number;
}

/**
 * The monotonic curve nearest to what was observed: isotonic regression by pooling adjacent violators (Zadrozny and
 * Elkan 2002). Each block is drawn towards its own score as if it had been observed twice more, so that a few
 * observations make nobody certain.
 *
 * @param observations a score between 0 and 1, and whether what it stood for was right
 */
export function fitIsotonic(observations: readonly { readonly score: number; readonly right: boolean }[]): CalibrationCurve {
  const blocks: Block[] = [];
  for (const { score, right } of [...observations].sort((a, b) => a.score - b.score)) {
    blocks.push({ score, right: right ? 1 : 0, count: 1 });
    while (blocks.length > 1 && share(blocks[blocks.length - 2]) >= share(blocks[blocks.length - 1])) {
      const last = blocks.pop();
      const before = blocks.pop();
      if (last === undefined || before === undefined) break;
      const count = before.count + last.count;
      blocks.push({ score: (before.score * before.count + last.score * last.count) / count, right: before.right + last.right, count });
    }
  }
  const probabilities = blocks.map(({ score, right, count }) => (right + 2 * score) / (count + 2));
  // The pull towards the score may leave neighbours out of order by a little.
  for (let place = 1; place < probabilities.length; place++)
    probabilities[place] = Math.max(probabilities[place], probabilities[place - 1]);
  return { scores: blocks.map(({ score }) => score), probabilities };
}

/** The probability of a score by a curve; the score itself where the curve has no point. */
export function calibrated({ scores, probabilities }: CalibrationCurve, score: number): number {
  if (scores.length === 0) return score;
  const above = firstFrom(scores, score);
  if (above === scores.length) return probabilities[probabilities.length - 1];
  if (above === 0 || scores[above] === score) return probabilities[above];
  const weight = (score - scores[above - 1]) / (scores[above] - scores[above - 1]);
  return probabilities[above - 1] + weight * (probabilities[above] - probabilities[above - 1]);
}

/** The first place of ascending numbers from a number on; their count where there is none. */
function firstFrom(numbers: readonly number[], from: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function share({ right, count }: Block): number {
  return right / count;
}
