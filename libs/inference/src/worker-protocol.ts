import type { ErrorCode, TextNormalization } from '@attune/artifact';

/** A text, or a pair of texts, as its user wrote it. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
}

/** What a worker loads before it takes any texts. */
export interface WorkerSetup {
  onnxFile: string;
  tokenizerDirectory: string;
  normalization: TextNormalization;
  maxLength: number;
  tokenBudget: number;
  /** Whether it stands behind the workers of other models. */
  background?: boolean;
}

/** Texts to compute, and the ONNX outputs that are wanted of them. */
export interface WorkerTask {
  id: number;
  texts: readonly string[];
  /** Second texts, where there are any; undefined for a text that is no pair. */
  pairs?: readonly (string | undefined)[];
  outputs: readonly string[];
  /** Its batches take turns with other tasks. */
  bulk: boolean;
}

export type WorkerRequest = { kind: 'task'; task: WorkerTask } | { kind: 'close' };

/** An `AttuneError`, or any other error, on its way between threads. */
export interface SerializedError {
  code: ErrorCode;
  message: string;
  remedy?: string;
}

export type WorkerReply =
  | { kind: 'ready'; outputs: string[] }
  | { kind: 'result'; id: number; result: TaskResult }
  | { kind: 'failed'; id: number | undefined; error: SerializedError };

/** The rows of an output in the order of the task's texts: `[texts × width]`. */
export interface OutputRows {
  values: Float32Array<ArrayBuffer>;
  width: number;
}

/** What a worker computed; times in seconds. */
export interface TaskResult {
  /** In the order of the task's outputs. */
  outputs: OutputRows[];
  /** Tokens of each text. */
  lengths: Int32Array<ArrayBuffer>;
  /** Tokens computed, padding counted. */
  paddedTokens: number;
  tokenizeSeconds: number;
  inferenceSeconds: number;
  /** Processor time of the thread since its last result, where the system tells it. */
  cpuSeconds?: number;
}
