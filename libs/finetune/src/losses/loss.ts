/**
 * A loss over logits, in plain numbers: logits are small (rows × labels), and so each loss states its formula and its
 * derivative once, without a tape. Sums are divided by `totalWeight`, so that a step made of several batches adds up.
 */
export interface Loss {
  /** Weight of the rows: what the step's sum is divided by. */
  weight(targets: Float32Array, rows: number): number;
  /** Loss and gradient `[rows, outputs]` with respect to the logits `[rows, outputs]`. */
  evaluate(logits: Float32Array, targets: Float32Array, rows: number, totalWeight: number): { loss: number; gradient: Float32Array };
}
