/** One batch of texts that a worker computed; times in seconds. */
export interface BatchMeasure {
  readonly texts: number;
  readonly tokens: number;
  /** Tokens computed, padding counted. */
  readonly paddedTokens: number;
  readonly tokenizeSeconds: number;
  readonly inferenceSeconds: number;
  /** Processor time of the worker's thread since its batch before, where the system tells it: in sum, all that it used. */
  readonly cpuSeconds?: number;
}

/** One call, from its beginning to its answer; times in seconds. */
export interface CallMeasure {
  readonly texts: number;
  readonly outcome: 'answered' | 'overloaded' | 'withdrawn' | 'failed';
  readonly totalSeconds: number;
  /** Until the last of its texts went to a worker. */
  readonly queueSeconds: number;
  /** Of the batches in which its texts were, the longest. */
  readonly tokenizeSeconds: number;
  readonly inferenceSeconds: number;
}

/** Told what a model does, for metrics. Called on the main thread: be quick, and throw nothing. */
export interface InferenceObserver {
  batch?(measure: BatchMeasure): void;
  call?(measure: CallMeasure): void;
  /** A worker thread died and is being replaced. */
  workerDied?(): void;
}

/** How full a model's queue is at this moment. */
export interface QueueLoad {
  /** Calls that are not yet answered. */
  readonly calls: number;
  /** Texts of ordinary calls that no worker has yet, and their tokens, estimated from their characters. */
  readonly texts: number;
  readonly tokens: number;
  /** Texts of bulk calls that no worker has yet. */
  readonly bulkTexts: number;
  /** Workers that are computing. */
  readonly busyWorkers: number;
}
