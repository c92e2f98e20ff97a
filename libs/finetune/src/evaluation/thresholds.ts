/** Labels with fewer positive validation rows than this share one threshold: their own would fit noise. */
const FEWEST_POSITIVES = 10;

/**
 * Thresholds of a multi-label task, one a label: those that maximise F1 on validation rows. Labels with few positive rows
 * take the one that maximises micro F1 over all labels. A threshold lies halfway between two neighbouring probabilities;
 * of equally good ones the nearest to 0.5 is taken. A label is given where its probability is at least its threshold.
 *
 * @param probabilities `[rows × labels]`, calibrated as they will be when predicting
 * @param targets `[rows × labels]` 0 or 1
 */
export function chooseThresholds(probabilities: ArrayLike<number>, targets: ArrayLike<number>, labels: number): number[] {
  const shared = bestThreshold(probabilities, targets);
  const rows = probabilities.length / labels;
  return Array.from({ length: labels }, (_, label) => {
    const own = Float64Array.from({ length: rows }, (_, row) => probabilities[row * labels + label]);
    const positive = Float64Array.from({ length: rows }, (_, row) => targets[row * labels + label]);
    const positives = positive.reduce((sum, value) => sum + value, 0);
    return positives < FEWEST_POSITIVES ? shared : bestThreshold(own, positive);
  });
}

/** The threshold of the largest F1; 0.5 where nothing is positive. */
function bestThreshold(probabilities: ArrayLike<number>, positive: ArrayLike<number>): number {
  const order = Uint32Array.from({ length: probabilities.length }, (_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);
  let positives = 0;
  for (let i = 0; i < positive.length; i++) positives += positive[i];
  let best = { f1: 0, threshold: 0.5 };
  let truePositives = 0;
  for (let rank = 0; rank < order.length; rank++) {
    truePositives += positive[order[rank]];
    const probability = probabilities[order[rank]];
    const below = rank + 1 < order.length ? probabilities[order[rank + 1]] : 0;
    if (probability === below) continue;
    const f1 = (2 * truePositives) / (rank + 1 + positives);
    const threshold = nearestToHalf(below, probability);
    const nearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (f1 > best.f1 || (f1 === best.f1 && f1 > 0 && nearer)) best = { f1, threshold };
  }
  return best.threshold;
}

/** 0.5 where it lies well inside the gap, else the middle of the gap. */
function nearestToHalf(below: number, above: number): number {
  const margin = (above - below) / 4;
  return below + margin < 0.5 && 0.5 < above - margin ? 0.5 : (below + above) / 2;
}
