import { AttuneError } from '@attune/artifact';

/** The database does not answer, refuses connections or is shutting down: nothing is wrong with the work, which is to be tried again later. */
export class DatabaseUnavailableError extends AttuneError {
  constructor(message: string, cause?: unknown) {
    super('dependency-unavailable', message, { cause, remedy: 'It is tried again by itself once the database answers.' });
    this.name = 'DatabaseUnavailableError';
  }
}

/** A statement failed. Its message names no parameters, so that it is safe to log. */
export class DatabaseError extends AttuneError {
  constructor(
    message: string,
    /** PostgreSQL's five-character code, such as 23505 for a violated unique constraint. */
    readonly sqlState: string | undefined,
    readonly constraint: string | undefined,
    cause?: unknown,
  ) {
    super('database-failed', message, { cause });
    this.name = 'DatabaseError';
  }
}

/**
 * Whether work failed because the database is away or full, and not because of the work: a consumer then pauses instead
 * of counting an attempt. Knows raw errors of the drivers and Drizzle's too, through their causes.
 */
export declare function isDatabaseUnavailable(error: unknown): boolean;
