import type { ConsumerStatus } from './port';

/** Headers of the W3C Trace Context: `traceparent` and `tracestate`. */
export type TraceCarrier = Readonly<Record<string, string>>;

/** Connects the stream to a tracer; without it trace headers are only passed on by those who set them. */
export interface TraceHook {
  /** Headers of the current trace, put on published messages that have none. */
  inject(): TraceCarrier | undefined;
  /** Runs a handler within the trace of its messages: a batch may belong to several, one carrier each. */
  around<T>(
    batch: { readonly topic: string; readonly group: string; readonly partition: number; readonly carriers: readonly TraceCarrier[] },
    work: () => Promise<T>,
  ): Promise<T>;
}

/** Where the stream's messages for operators go. The shape is that of a pino logger. */
export interface StreamLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Told what happens, for metrics. */
export interface StreamObserver {
  published?(event: { readonly topic: string; readonly messages: number; readonly seconds: number }): void;
  /** A batch was handled and its offsets are committed. */
  handled?(event: {
    readonly topic: string;
    readonly group: string;
    readonly partition: number;
    readonly messages: number;
    readonly seconds: number;
  }): void;
  retried?(event: { readonly topic: string; readonly group: string; readonly attempt: number; readonly error: Error }): void;
  deadLettered?(event: { readonly topic: string; readonly group: string; readonly reason: 'invalid' | 'failed' }): void;
  /** Its state or readiness changed. */
  changed?(status: ConsumerStatus): void;
}

/** Delays between attempts: full jitter, that is, uniform between 0 and min(cap, base × 2^attempt). */
export interface BackOffOptions {
  /** Milliseconds. Default 100. */
  readonly base?: number;
  /** Milliseconds. Default 30,000. */
  readonly cap?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** What both adapters take. */
export interface StreamOptions {
  readonly logger?: StreamLogger;
  readonly observer?: StreamObserver;
  readonly trace?: TraceHook;
  readonly backOff?: BackOffOptions;
  /** Milliseconds that a drain waits for the batches in hand before it aborts them. Default 20,000. */
  readonly drainTimeout?: number;
}
