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
}

/** Texts to compute, and the ONNX output that is wanted of them. */
export interface WorkerTask {
  id: number;
  texts: readonly TextInput[];
  output: string;
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
export interface TaskResult {
  values: Float32Array<ArrayBuffer>;
  width: number;
  /** Tokens of the texts, and those computed with padding. */
  tokens: number;
  paddedTokens: number;
}
