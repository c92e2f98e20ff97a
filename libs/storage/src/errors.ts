import { AttuneError } from '@attune/artifact';
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * The database does not answer, refuses connections or is shutting down: nothing is wrong with the work, which is to be
 * tried again later.
 */
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

/** What Node says where a server cannot be reached or goes away. */
const NETWORK_FAULTS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
]);

/** What node-postgres says, without a code, where a connection is lost or none is to be had in time. */
const LOST_CONNECTION =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|Client was closed and is not queryable|Cannot use a pool after calling end|PGlite is closed)/;

/** Classes of SQLSTATE (PostgreSQL, appendix A) that no change of the work would mend: connections, refused logins, operators at work. */
const AWAY_CLASSES = ['08', '28', '57'];
/** Too many connections, no such database (yet), a standby that takes no writes, out of memory. */
const AWAY_STATES = new Set(['53300', '3D000', '25006', '53200']);
/** A statement that takes too long, or was cancelled: that may well be the work's own fault. */
const QUERY_CANCELED = '57014';
/** Disk full, and an I/O error, which a full disk also shows as. */
const DISK_FULL = new Set(['53100', '58030']);
/** Serialisation failure, deadlock, lock not available in time. */
const TRY_AGAIN = new Set(['40001', '40P01', '55P03']);

/**
 * Whether work failed because the database is away or full, and not because of the work: a consumer then pauses instead
 * of counting an attempt. Knows raw errors of the drivers and Drizzle's too, through their causes.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (cause instanceof DatabaseUnavailableError || isAway(cause) || isFull(cause) || isSaidToBeFull(cause)) return true;
  }
  return false;
}

/** Whether the database ended a transaction for the sake of another, so that it may succeed when run again. */
export function isWorthAnotherAttempt(error: unknown): boolean {
  return causesOf(error).some((cause) => TRY_AGAIN.has(codeOf(cause) ?? ''));
}

/** Whether the server answered and will not have this user, password or database. */
export function isRefused(error: unknown): boolean {
  return causesOf(error).some((cause) => /^28|^3D000/.test(codeOf(cause) ?? ''));
}

/** As {@link asStorageError} for what the caller's work threw: errors that are not Drizzle's are its own, and stay as they are. */
export function asWorkError(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? asStorageError(error) : error;
}

/**
 * What is thrown for an error of the driver or of Drizzle, whose messages hold parameters: one of this library's errors.
 * Every other error is returned as it is.
 */
export function asStorageError(error: unknown): unknown {
  const causes = causesOf(error);
  const own = causes.find((cause) => cause instanceof AttuneError);
  if (own !== undefined) return own;
  const away = causes.find(isAway);
  if (away !== undefined) return new DatabaseUnavailableError(`The database does not answer: ${messageOf(away)}`, withoutRows(away));
  const full = causes.find(isFull);
  if (full !== undefined) {
    return new AttuneError('disk-full', `The disk of the database is full: ${messageOf(full)}`, {
      remedy: 'Free some space there. Work goes on by itself then.',
      cause: withoutRows(full),
    });
  }
  const failed = causes.find((cause) => isSqlState(codeOf(cause)));
  if (failed === undefined) return error;
  return new DatabaseError(
    `The database refused a statement: ${messageOf(failed)}`,
    codeOf(failed),
    textOf(failed, 'constraint'),
    withoutRows(failed),
  );
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let current = error; isError(current) && causes.length < 10; current = current.cause) {
    causes.push(current);
    // A host name with several addresses fails with one error for each.
    if ('errors' in current && Array.isArray(current.errors)) causes.push(...current.errors.filter(isError));
  }
  return causes;
}

/** Errors of Node itself are no instances of the `Error` of another realm, such as a test's sandbox. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

function isAway(error: Error): boolean {
  const code = codeOf(error);
  if (code === undefined) return LOST_CONNECTION.test(error.message);
  if (NETWORK_FAULTS.has(code)) return true;
  return isSqlState(code) && code !== QUERY_CANCELED && (AWAY_STATES.has(code) || AWAY_CLASSES.some((each) => code.startsWith(each)));
}

function isFull(error: Error): boolean {
  const code = codeOf(error);
  return code !== undefined && (DISK_FULL.has(code) || code === 'ENOSPC');
}

/** As this library says it itself. */
function isSaidToBeFull(error: Error): boolean {
  return error instanceof AttuneError && error.code === 'disk-full';
}

/** Five characters, digits and capitals, with a digit in the first two: EPIPE is none. */
function isSqlState(code: string | undefined): code is string {
  return code !== undefined && /^(?:\d[0-9A-Z]|[A-Z]\d)[0-9A-Z]{3}$/.test(code);
}

function codeOf(error: Error): string | undefined {
  return textOf(error, 'code');
}

function textOf(error: Error, property: string): string | undefined {
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}

function messageOf(error: Error): string {
  return error.message === '' ? (codeOf(error) ?? error.name) : error.message;
}

/** The driver's error keeps its code and stack for the log, but not the values of rows or parameters that it was told. */
function withoutRows(error: Error): Error {
  for (const property of ['detail', 'where', 'hint', 'internalQuery', 'query', 'params', 'queryOptions'])
    Reflect.deleteProperty(error, property);
  return error;
}
