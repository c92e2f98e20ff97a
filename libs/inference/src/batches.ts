/** What a batch costs beside its tokens, expressed in tokens: measured with an int8 encoder of 6 layers, 384 wide. */
const BATCH_OVERHEAD = 24;

export interface BatchLimits {
  /** Most tokens of a batch, padding counted; a single longer row is a batch of its own. */
  tokenBudget: number;
}

/**
 * Splits rows into padded batches at the least cost: tokens with padding, and an overhead a batch. Rows are taken in
 * the order of their lengths, and the cuts between them are chosen by dynamic programming.
 *
 * @param lengths tokens of each row
 * @returns for each batch, positions in `lengths`, the longest row last
 */
export function planBatches(lengths: ArrayLike<number>, { tokenBudget }: BatchLimits): number[][] {
  const order = Array.from({ length: lengths.length }, (_, row) => row).sort((a, b) => lengths[a] - lengths[b]);
  const cost = new Float64Array(order.length + 1).fill(Infinity);
  const start = new Int32Array(order.length + 1);
  cost[0] = 0;
  for (let end = 1; end <= order.length; end++) {
    const longest = lengths[order[end - 1]];
    for (let begin = end - 1; begin >= 0 && (begin === end - 1 || (end - begin) * longest <= tokenBudget); begin--) {
      const candidate = cost[begin] + BATCH_OVERHEAD + (end - begin) * longest;
      if (candidate >= cost[end]) continue;
      cost[end] = candidate;
      start[end] = begin;
    }
  }
  const batches: number[][] = [];
  for (let end = order.length; end > 0; end = start[end]) batches.push(order.slice(start[end], end));
  return batches.reverse();
}
