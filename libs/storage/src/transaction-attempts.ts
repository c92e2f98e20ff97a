import { setTimeout as sleep } from 'node:timers/promises';
import { isWorthAnotherAttempt } from './errors';

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
