import type { ClozePattern } from '@attune/artifact';
import type { Batch } from '../data/example';

/** Special tokens before a text's own, and after them. */
const LEADING = 1;
const TRAILING = 1;

/**
 * A batch of texts as one of sentences around them: every row in the first pattern, then every row in the second, and so on. The targets
 * stay those of the texts.
 */
export function withPatterns(batch: Batch, patterns: readonly ClozePattern[], padTokenId: number): Batch {
  const added = patterns.map(({ before, after }) => before.length + after.length);
  const tokens = batch.tokens + Math.max(...added);
  const rows = batch.rows * patterns.length;
  const inputIds = new Int32Array(rows * tokens).fill(padTokenId);
  const attentionMask = new Int32Array(rows * tokens);
  const lengths = new Int32Array(rows);
  const gaps = new Int32Array(rows);
  patterns.forEach(({ before, after, gap }, pattern) => {
    for (let row = 0; row < batch.rows; row++) {
      const to = pattern * batch.rows + row;
      const length = batch.lengths[row];
      const text = batch.inputIds.subarray(row * batch.tokens, row * batch.tokens + length);
      const ids = [
        ...text.subarray(0, LEADING),
        ...before,
        ...text.subarray(LEADING, length - TRAILING),
        ...after,
        ...text.subarray(length - TRAILING),
      ];
      inputIds.set(ids, to * tokens);
      attentionMask.fill(1, to * tokens, to * tokens + ids.length);
      lengths[to] = ids.length;
      const isBefore = gap < before.length;
      gaps[to] = to * tokens + LEADING + gap + (isBefore ? 0 : length - LEADING - TRAILING);
    }
  });
  return {
    ...batch,
    rows,
    tokens,
    inputIds,
    attentionMask,
    ...(batch.tokenTypeIds && { tokenTypeIds: new Int32Array(rows * tokens) }),
    lengths,
    gaps,
  };
}

/** The mean over the patterns of values `[patterns × rows, width]`, `[rows, width]`. */
export function meanOverPatterns(values: Float32Array, patterns: number): Float32Array {
  const size = values.length / patterns;
  const mean = new Float32Array(size);
  values.forEach((value, i) => (mean[i % size] += value / patterns));
  return mean;
}

/** The gradient of the values that such a mean was taken of. */
export function gradientOfEachPattern(gradient: Float32Array, patterns: number): Float32Array {
  const { length } = gradient;
  return Float32Array.from({ length: length * patterns }, (_, i) => gradient[i % length] / patterns);
}
