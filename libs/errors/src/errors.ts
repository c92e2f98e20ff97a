/** What went wrong, as a stable word that scripts and services can branch on. */
export type ErrorCode =
  | 'wrong-use'
  | 'missing-file'
  | 'missing-column'
  | 'bad-data'
  | 'bad-config'
  | 'bad-model'
  | 'unsupported-encoder'
  | 'setup-missing'
  | 'training-failed'
  | 'export-refused'
  | 'update-refused'
  | 'inference-failed'
  | 'overloaded'
  | 'conflict'
  | 'disk-full'
  | 'database-failed'
  | 'dependency-unavailable'
  | 'missing-topic'
  | 'retriable'
  | 'not-found'
  | 'unauthorized'
  | 'forbidden'
  | 'interrupted';

/**
 * An error with a message for the person who caused it: what is wrong, where (file and row), and what to do.
 * The command line prints it without a stack trace.
 */
export class AttuneError extends Error {
  /** What the reader can do about it, as a sentence; printed after the message. */
  readonly remedy: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AttuneError';
    this.remedy = options.remedy;
  }

  /** Process exit status: 2 for wrong use of the command, 1 for work that failed. */
  get exitStatus(): 1 | 2 {
    return this.code === 'wrong-use' || this.code === 'bad-config' ? 2 : 1;
  }
}
