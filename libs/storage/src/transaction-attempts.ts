import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from './database';
import { asStorageError, asWorkError, isWorthAnotherAttempt } from './errors';

const DEFAULT_ATTEMPTS = 5;
/** Milliseconds; doubled after each attempt. */
const FIRST_PAUSE = 10;

/**
 * Runs a transaction again where the database ended it for the sake of another. The pause is random up to a bound that
 * doubles (full jitter, Brooker 2015), so that two that collided do not collide again.
 */
export async function withAttempts<T>(attempts: number = DEFAULT_ATTEMPTS, transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt >= attempts || !isWorthAnotherAttempt(error)) throw error;
      await sleep(Math.random() * FIRST_PAUSE * 2 ** attempt);
    }
  }
}

/**
 * Runs work through a driver's transaction and throws what it failed of first: after a failure the driver rolls back,
 * which on a lost connection fails as well and would hide why.
 */
export async function withFirstFailure<T>(
  work: (tx: Transaction) => Promise<T>,
  transaction: (work: (tx: Transaction) => Promise<T>) => Promise<T>,
): Promise<T> {
  let failure: { error: unknown } | undefined;
  try {
    return await transaction(async (tx) => {
      try {
        return await work(tx);
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
  } catch (error) {
    throw failure === undefined ? asStorageError(error) : asWorkError(failure.error);
  }
}
