import {
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from 'cockatiel';

/** Failures in a row after which a system is left alone, and for how long: milliseconds. */
const FAILURES = 5;
const PAUSE = 10_000;

/** How long a system of the company may take, and how often it is asked again. */
export interface RemoteLimits {
  readonly timeoutMilliseconds: number;
  readonly retries: number;
}

/**
 * How another system is asked: each try has its time-out, a failed one is tried again after a short pause, and a system that fails
 * several times in a row is left alone for a while (circuit breaker, Nygard 2007), so that customers do not wait for what will not come.
 */
export function remotePolicy({ timeoutMilliseconds, retries }: RemoteLimits): IPolicy {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(FAILURES) });
  const again = retry(
    handleWhen((error) => !isBrokenCircuitError(error)),
    { maxAttempts: retries, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }) },
  );
  return wrap(again, breaker, timeout(timeoutMilliseconds, TimeoutStrategy.Aggressive));
}
