export { benchmarkInference, benchmarkTexts, type InferenceBenchmark, type InferenceBenchmarkOptions } from './benchmark';
export { cpuLimit } from './cpu-limit';
export type { Precision } from './model-directory';
export { Predictor, type ComputedRows, type Prediction, type PredictorOptions } from './predictor';
export type { TextInput } from './worker-protocol';
