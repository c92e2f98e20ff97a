import { DependencyUnavailableError } from '@attune/event-stream';
import { isDatabaseUnavailable } from '@attune/storage';

/** Tells the stream to wait where work failed because the database is away: no attempt counts. */
export async function waitingForDatabase<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isDatabaseUnavailable(cause)) throw cause;
    throw new DependencyUnavailableError(cause instanceof Error ? cause.message : 'The database is away.', { cause });
  }
}
