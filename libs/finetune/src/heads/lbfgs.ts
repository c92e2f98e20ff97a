/** A smooth function to minimise: writes its gradient and returns its value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /** Stops where no component of the gradient is larger. */
  tolerance: number;
  maxIterations: number;
  /** Pairs of steps and gradient changes remembered. */
  memory?: number;
}

export interface LbfgsResult {
  iterations: number;
  /** Calls of the objective. */
  evaluations: number;
  value: number;
  /** False where the iterations ran out first. */
  converged: boolean;
}

interface Correction {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (stepᵀ change) */
  curvature: number;
}

/** Sufficient decrease and curvature of the strong Wolfe conditions; values of Nocedal and Wright 2006, section 3.1. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const LONGEST_SEARCH = 20;
/** Relative rounding error of a value; within it, slopes decide instead (approximate Wolfe conditions of Hager and Zhang 2005). */
const VALUE_ROUNDING = 1e-7;

/**
 * Minimises a function by limited-memory BFGS (Liu and Nocedal 1989) with a line search for the strong Wolfe conditions
 * (Nocedal and Wright 2006, algorithms 3.5, 3.6, 7.4 and 7.5). Deterministic.
 *
 * @param point where to start; holds the minimum afterwards
 */
export function minimizeLbfgs(objective: Objective, point: Float64Array, options: LbfgsOptions): LbfgsResult {
  const memory = options.memory ?? 20;
  const size = point.length;
  const corrections: Correction[] = [];
  let gradient: Float64Array = new Float64Array(size);
  let value = objective(point, gradient);
  let evaluations = 1;
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    if (largestMagnitude(gradient) <= options.tolerance) return { iterations: iteration, evaluations, value, converged: true };
    const direction = descentDirection(gradient, corrections);
    const search = searchLine(objective, point, value, gradient, direction);
    evaluations += search.evaluations;
    // No decrease is left that the arithmetic can see: this is the minimum, to rounding.
    if (search.step === 0) return { iterations: iteration, evaluations, value, converged: true };
    const step = new Float64Array(size);
    const change = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      step[i] = search.step * direction[i];
      change[i] = search.gradient[i] - gradient[i];
      point[i] += step[i];
    }
    value = search.value;
    gradient = search.gradient;
    const product = dot(step, change);
    if (product > 0) {
      corrections.push({ step, change, curvature: 1 / product });
      if (corrections.length > memory) corrections.shift();
    }
  }
  const converged = largestMagnitude(gradient) <= options.tolerance;
  return { iterations: options.maxIterations, evaluations, value, converged };
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descentDirection(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((component) => -component);
  const weights = new Float64Array(corrections.length);
  for (let k = corrections.length - 1; k >= 0; k--) {
    const { step, change, curvature } = corrections[k];
    weights[k] = curvature * dot(step, direction);
    addScaled(direction, change, -weights[k]);
  }
  const last = corrections.at(-1);
  if (last) {
    const scale = 1 / (last.curvature * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (let k = 0; k < corrections.length; k++) {
    const { step, change, curvature } = corrections[k];
    addScaled(direction, step, weights[k] - curvature * dot(change, direction));
  }
  return direction;
}

interface Trial {
  step: number;
  value: number;
  slope: number;
  gradient: Float64Array;
}

/** A step along the direction that satisfies the strong Wolfe conditions; 0 where none lowers the function. */
function searchLine(
  objective: Objective,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
): Trial & { evaluations: number } {
  const start: Trial = { step: 0, value, slope: dot(gradient, direction), gradient };
  if (!(start.slope < 0)) return { ...start, evaluations: 0 };
  const moved = new Float64Array(point.length);
  const evaluate = (step: number): Trial => {
    for (let i = 0; i < point.length; i++) moved[i] = point[i] + step * direction[i];
    const at = new Float64Array(point.length);
    const reached = objective(moved, at);
    return { step, value: reached, slope: dot(at, direction), gradient: at };
  };
  const rounding = VALUE_ROUNDING * Math.abs(start.value);
  const tooHigh = (trial: Trial): boolean => {
    if (!Number.isFinite(trial.value)) return true;
    if (trial.value <= start.value + DECREASE * trial.step * start.slope) return trial.value > low.value + rounding;
    return trial.value > start.value + rounding || trial.slope > (2 * DECREASE - 1) * start.slope;
  };
  let low = start;
  let high: Trial | undefined;
  let step = 1;
  for (let evaluations = 1; evaluations <= LONGEST_SEARCH; evaluations++) {
    const trial = evaluate(step);
    if (tooHigh(trial)) {
      high = trial;
    } else {
      if (Math.abs(trial.slope) <= -CURVATURE * start.slope) return { ...trial, evaluations };
      if (trial.slope * (high ? high.step - low.step : 1) >= 0) high = low;
      low = trial;
    }
    step = high ? interpolate(low, high) : 2 * step;
  }
  // The conditions were not met, but a lower point may have been found; take it.
  return { ...low, evaluations: LONGEST_SEARCH };
}

/** Minimum of the cubic through two trials' values and slopes, kept off the ends of the interval. */
function interpolate(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  const d1 = low.slope + high.slope - (3 * (high.value - low.value)) / width;
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - low.slope * high.slope);
  const cubic = high.step - (width * (high.slope + d2 - d1)) / (high.slope - low.slope + 2 * d2);
  const nearest = low.step + 0.1 * width;
  const farthest = low.step + 0.9 * width;
  const inside = (cubic - nearest) * (cubic - farthest) <= 0;
  return inside ? cubic : low.step + 0.5 * width;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, vector: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * vector[i];
}

function largestMagnitude(vector: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]));
  return largest;
}
