/** What a candidate is to a query: to be told apart from it, to be found by it, or neither. */
export const CandidateRole = { negative: 0, positive: 1, ignored: 2 } as const;

/** Vectors of the two sides of a contrastive step, of any length above 0. */
export interface ContrastiveBatch {
  /** `[queries × width]` */
  queries: Float32Array;
  /** `[candidates × width]` */
  candidates: Float32Array;
  width: number;
  /** `[queries × candidates]` of `CandidateRole`; a query without a positive adds nothing. */
  roles: Uint8Array;
}

export interface ContrastiveGradient {
  loss: number;
  /** `[queries × width]` */
  queries: Float32Array;
  /** `[candidates × width]` */
  candidates: Float32Array;
}

/**
 * InfoNCE (van den Oord et al. 2018) over cosines, with in-batch negatives (Henderson et al. 2017): the mean over queries of
 * `−1/|P| Σ_{p∈P} log( e^{s_p} / Σ_j e^{s_j} )`, where `s = cos(query, candidate) / temperature`, P are the query's positives, and j runs
 * over all its candidates that are not ignored. With several positives it is the supervised contrastive loss (Khosla et al. 2020).
 *
 * With `q = softmax(s)` the derivative is `∂L/∂s_j = (q_j − [j ∈ P]/|P|) / queries`; through a cosine of `u = x/‖x‖` and `v` it goes on
 * as `∂/∂x = (g − (g·u) u) / ‖x‖`, where g is the gradient with respect to u.
 */
export function infoNce({ queries, candidates, width, roles }: ContrastiveBatch, temperature: number): ContrastiveGradient {
  const [left, right] = [unitRows(queries, width), unitRows(candidates, width)];
  const [rows, columns] = [left.lengths.length, right.lengths.length];
  const slopes = new Float64Array(columns);
  const dLeft = new Float64Array(queries.length);
  const dRight = new Float64Array(candidates.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const own = roles.subarray(row * columns, (row + 1) * columns);
    scores(left.units, row, right.units, width, temperature, slopes);
    loss += toSlopes(slopes, own) / rows;
    const unit = row * width;
    for (let column = 0; column < columns; column++) {
      const slope = slopes[column] / (rows * temperature);
      if (slope === 0) continue;
      const other = column * width;
      for (let i = 0; i < width; i++) {
        dLeft[unit + i] += slope * right.units[other + i];
        dRight[other + i] += slope * left.units[unit + i];
      }
    }
  }
  return { loss, queries: throughUnit(dLeft, left, width), candidates: throughUnit(dRight, right, width) };
}

interface UnitRows {
  units: Float64Array;
  /** Euclidean lengths of the rows as they were. */
  lengths: Float64Array;
}

/** Shorter rows are taken for this long: a vector of zeros has no direction. */
const SHORTEST = 1e-12;

function unitRows(values: Float32Array, width: number): UnitRows {
  const lengths = new Float64Array(values.length / width);
  const units = Float64Array.from(values);
  for (let row = 0; row < lengths.length; row++) {
    let squares = 0;
    for (let i = row * width; i < (row + 1) * width; i++) squares += units[i] * units[i];
    lengths[row] = Math.max(SHORTEST, Math.sqrt(squares));
    for (let i = row * width; i < (row + 1) * width; i++) units[i] /= lengths[row];
  }
  return { units, lengths };
}

function scores(left: Float64Array, row: number, right: Float64Array, width: number, temperature: number, result: Float64Array): void {
  for (let column = 0; column < result.length; column++) {
    let product = 0;
    for (let i = 0; i < width; i++) product += left[row * width + i] * right[column * width + i];
    result[column] = product / temperature;
  }
}

/** Turns a query's scores into the loss's derivatives in them, and returns the query's loss. */
function toSlopes(values: Float64Array, roles: Uint8Array): number {
  let largest = -Infinity;
  let positives = 0;
  values.forEach((score, column) => {
    if (roles[column] === CandidateRole.ignored) return;
    largest = Math.max(largest, score);
    if (roles[column] === CandidateRole.positive) positives++;
  });
  if (positives === 0) {
    values.fill(0);
    return 0;
  }
  let sum = 0;
  values.forEach((score, column) => {
    if (roles[column] !== CandidateRole.ignored) sum += Math.exp(score - largest);
  });
  const normaliser = largest + Math.log(sum);
  let loss = 0;
  values.forEach((score, column) => {
    if (roles[column] === CandidateRole.ignored) {
      values[column] = 0;
      return;
    }
    const isPositive = roles[column] === CandidateRole.positive;
    if (isPositive) loss += (normaliser - score) / positives;
    values[column] = Math.exp(score - normaliser) - (isPositive ? 1 / positives : 0);
  });
  return loss;
}

/** From the gradient with respect to unit vectors to that of the vectors. */
function throughUnit(gradient: Float64Array, { units, lengths }: UnitRows, width: number): Float32Array {
  const result = new Float32Array(gradient.length);
  for (let row = 0; row < lengths.length; row++) {
    const start = row * width;
    let along = 0;
    for (let i = start; i < start + width; i++) along += gradient[i] * units[i];
    for (let i = start; i < start + width; i++) result[i] = (gradient[i] - along * units[i]) / lengths[row];
  }
  return result;
}
