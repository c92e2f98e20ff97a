import { AttuneError } from '@attune/artifact';

/** A handler failed in a way that may pass: the batch is tried again with back-off, then its culprits go to dead letters. */
export class RetriableError extends AttuneError {
  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super('retriable', message, options);
    this.name = 'RetriableError';
  }
}

/** A database or broker is away: the consumer waits for it, and no attempt is counted. */
export class DependencyUnavailableError extends AttuneError {
  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super('dependency-unavailable', message, options);
    this.name = 'DependencyUnavailableError';
  }
}

/** A topic does not exist; nothing but `attune topics apply` creates one. */
export class MissingTopicError extends AttuneError {
  constructor(readonly topics: readonly string[]) {
    const names = topics.join(', ');
    super(
      'missing-topic',
      `${topics.length === 1 ? 'The topic' : 'The topics'} ${names} ${topics.length === 1 ? 'does' : 'do'} not exist.`,
      {
        remedy: 'Create the topics with: attune topics apply',
      },
    );
    this.name = 'MissingTopicError';
  }
}

/** A message that its topic's schema refuses; it goes to dead letters without an attempt. */
export class InvalidMessageError extends AttuneError {
  constructor(message: string, cause?: unknown) {
    super('bad-data', message, cause === undefined ? {} : { cause });
    this.name = 'InvalidMessageError';
  }
}

/** What no message is to blame for, and what passes: a database or broker that is away or full, a topic that is not there (yet). */
const ABSENCES: ReadonlySet<string> = new Set(['dependency-unavailable', 'missing-topic', 'disk-full']);

/**
 * The error, or the cause of it, that says that a dependency is away. The code decides, not the class: storage, which
 * does not know this library, says it with the same codes.
 */
export function unavailableDependency(error: unknown): AttuneError | undefined {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (current instanceof AttuneError && ABSENCES.has(current.code)) return current;
  }
  return undefined;
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
