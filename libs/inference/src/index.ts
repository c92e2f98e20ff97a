export { benchmarkInference, benchmarkTexts, type InferenceBenchmark, type InferenceBenchmarkOptions } from './benchmark';
export type { CallOptions } from './call-options';
export { cpuLimit } from './cpu-limit';
export { Explainer, type Explanation } from './explanation/explainer';
export { nearestRows, type NearestRows } from './explanation/nearest-rows';
export type { Precision } from './model-directory';
export { ModelServer, type ModelServerOptions, type ServedModel, type ServingProblem } from './model-server';
export type { BatchMeasure, CallMeasure, InferenceObserver, QueueLoad } from './observer';
export { Overloaded } from './overloaded';
export {
  Predictor,
  type ComputedRows,
  type PredictAllOptions,
  type Prediction,
  type PredictorOptions,
  type TextPrediction,
} from './predictor';
export type { TextInput } from './worker-protocol';
export type { DriftReport } from './score-watch';
export type { ShadowDisagreement, ShadowFigures, ShadowTaskReport } from './shadow/shadow-counts';
export type { ShadowReport } from './shadow/shadow-server';
