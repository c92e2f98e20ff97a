import type { HeadConfig } from '../config/head-config';
import { checkpointMetric, configuredMatching } from '../config/tasks';
import type { EncodedExample } from '../data/example';
import { evaluateMatching, type MatchingVectors } from '../evaluation/matching-report';
import { defaultMetric, metricDirection, type MetricName } from '../evaluation/metric';
import { INT8_TOLERANCE, type Int8Comparison } from './int8-measure';
import type { HeldOutPairs } from './trained-head';

/** Texts of held-out pairs, on which the embeddings of an export are checked. */
export interface CheckedPairs {
  /** Name of the task; absent where it is the only one. */
  name: string | undefined;
  /** What quantising may cost little of. */
  metric: MetricName;
  /** The queries, then the candidates. */
  examples: EncodedExample[];
  /** What the trained model says about them, `[examples × width]`, of any length. */
  expected: Float32Array;
  width: number;
  right: MatchingVectors['right'];
}

export function checkedPairs(config: HeadConfig, { queries, candidates, vectors }: HeldOutPairs): CheckedPairs {
  const { width, right } = vectors;
  const expected = new Float32Array(vectors.queries.length + vectors.candidates.length);
  expected.set(vectors.queries);
  expected.set(vectors.candidates, vectors.queries.length);
  const name = configuredMatching(config)?.name;
  return { name, metric: metricOf(config), examples: [...queries, ...candidates], expected, width, right };
}

/** The measure that chose the checkpoint; of a loss, a difference in points means nothing. */
function metricOf(config: HeadConfig): MetricName {
  const task = configuredMatching(config);
  const checkpoint = checkpointMetric(config);
  const own = checkpoint?.kind === 'measure' && checkpoint.task === task?.name ? checkpoint.name : task?.metric;
  return own !== undefined && metricDirection(own) === 'higher' ? own : defaultMetric('matching');
}

/** Compares the task's measure of float32 and int8 vectors. Of few queries, one may lose its place. */
export function compareInt8Pairs(pairs: CheckedPairs, fp32: Float32Array, int8: Float32Array): Int8Comparison {
  const [before, after] = [fp32, int8].map((vectors) => evaluateMatching(split(pairs, vectors))[pairs.metric] ?? NaN);
  const lost = before - after;
  const acceptable = lost <= INT8_TOLERANCE + 1e-9 || lost * pairs.right.length < 1.5;
  return { metric: { name: pairs.metric, fp32: before, int8: after }, acceptable };
}

function split({ right, width }: CheckedPairs, vectors: Float32Array): MatchingVectors {
  const end = right.length * width;
  return { queries: vectors.subarray(0, end), candidates: vectors.subarray(end), width, right };
}
