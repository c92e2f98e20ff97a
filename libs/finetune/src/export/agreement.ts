import { argmax, AttuneError, type TaskName } from '@attune/artifact';

/** Most that a logit of the exported model may differ from the trained model's. */
export const LOGIT_TOLERANCE = 1e-3;
/** Where the two best logits differ by more than this, the label must be the same. */
export const TIE_MARGIN = 2e-3;
/** Least cosine between an exported embedding and the trained encoder's. */
export const LEAST_COSINE = 0.9999;

/** How two sets of logits differ. */
export interface LogitAgreement {
  largestLogitDifference: number;
  /** Rows whose label differs, near-ties included. */
  labelsChanged: number;
  /** The first row whose label differs though it was no near-tie. */
  clearlyChanged: number | undefined;
}

/**
 * Compares logits `[rows × outputs]`. A label of a multi-label task is set where its logit is over 0; its distance from there is its margin.
 */
export function compareLogits(task: TaskName, outputs: number, expected: Float32Array, actual: Float32Array): LogitAgreement {
  const agreement: LogitAgreement = { largestLogitDifference: 0, labelsChanged: 0, clearlyChanged: undefined };
  for (let start = 0; start < expected.length; start += outputs) {
    const before = expected.subarray(start, start + outputs);
    const after = actual.subarray(start, start + outputs);
    before.forEach((logit, i) => {
      const difference = Math.abs(logit - after[i]);
      // NaN is no agreement.
      agreement.largestLogitDifference = Number.isNaN(difference) ? Infinity : Math.max(agreement.largestLogitDifference, difference);
    });
    const changed = changedLabels(task, before, after);
    if (!changed.any) continue;
    agreement.labelsChanged++;
    if (changed.clearly) agreement.clearlyChanged ??= start / outputs;
  }
  return agreement;
}

function changedLabels(task: TaskName, before: Float32Array, after: Float32Array): { any: boolean; clearly: boolean } {
  if (task === 'regression') return { any: false, clearly: false };
  if (task === 'multi-label') {
    const flipped = [...before].filter((logit, i) => logit > 0 !== after[i] > 0);
    return { any: flipped.length > 0, clearly: flipped.some((logit) => Math.abs(logit) > TIE_MARGIN) };
  }
  const best = argmax(before);
  const others = before.filter((_, i) => i !== best);
  const margin = others.length === 0 ? Infinity : before[best] - Math.max(...others);
  const any = argmax(after) !== best;
  return { any, clearly: any && margin > TIE_MARGIN };
}

/** Cosine of each row of two matrices `[rows × width]`. */
export function rowCosines(width: number, a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from({ length: a.length / width }, (_, row) => {
    let product = 0;
    let squaresA = 0;
    let squaresB = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      product += a[i] * b[i];
      squaresA += a[i] * a[i];
      squaresB += b[i] * b[i];
    }
    return product / Math.sqrt(squaresA * squaresB);
  });
}

/**
 * Refuses an ONNX file whose logits are not the trained model's.
 *
 * @throws AttuneError `export-refused` with the figures.
 */
export function assertLogitsAgree(file: string, agreement: LogitAgreement): void {
  const { largestLogitDifference: difference, clearlyChanged } = agreement;
  if (!(difference <= LOGIT_TOLERANCE)) {
    throw refused(
      `${file} differs from the trained model by ${difference.toPrecision(3)} in a logit on held-out rows; at most ${LOGIT_TOLERANCE} is allowed.`,
    );
  }
  if (clearlyChanged !== undefined)
    throw refused(`${file} gives another label than the trained model on held-out row ${clearlyChanged + 1}.`);
}

/**
 * Refuses an ONNX file whose embeddings are not the encoder's.
 *
 * @throws AttuneError `export-refused` with the figures.
 */
export function assertEmbeddingsAgree(file: string, cosines: readonly number[]): number {
  const smallest = cosines.reduce((least, cosine) => (cosine >= least ? least : cosine), 1);
  if (!(smallest >= LEAST_COSINE)) {
    throw refused(
      `${file} gives an embedding whose cosine with the encoder's is ${smallest.toFixed(6)}; at least ${LEAST_COSINE} is required.`,
    );
  }
  return smallest;
}

/** The error of an export that is not good enough; nothing is written. */
export function refused(message: string): AttuneError {
  return new AttuneError('export-refused', `The export is refused, and nothing is written: ${message}`, {
    remedy: 'Export again without int8 (export.int8: false) if that is the file named; otherwise report it with the encoder and head.yaml.',
  });
}
