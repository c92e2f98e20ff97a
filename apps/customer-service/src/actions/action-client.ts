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
import { z } from 'zod';
import { addressOf, type ActionDefinition, type ActionDefinitions } from './action-configuration';

/** Failures in a row after which an action is left alone, and for how long: milliseconds. */
const FAILURES = 5;
const PAUSE = 10_000;
/** Bytes of an answer beyond which it is not read. */
const MOST_BYTES = 65_536;
/** Characters of a value that are said. */
const MOST_CHARACTERS = 500;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Values by the names that templates give them. */
export type ActionValues = Readonly<Record<string, string>>;

/** An answer that is none: another status, no JSON, too long. Waiting does not mend it as it does a connection, but the next try may. */
class ActionFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ActionFailure';
  }
}

/**
 * Fetches values for answers from the company's own systems: each try has its time-out, a failed one is tried again, and
 * an action that fails several times in a row is left alone for a while (circuit breaker, Nygard 2007), so that customers do
 * not wait for what will not come.
 */
export class ActionClient {
  private readonly policies = new Map<string, IPolicy>();

  constructor(
    private readonly definitions: ActionDefinitions,
    private readonly onFailure: (action: string, error: unknown) => void,
  ) {}

  get(name: string): ActionDefinition | undefined {
    return this.definitions[name];
  }

  /**
   * The values that an action gives; none where it fails, which is reported and never thrown.
   *
   * @param key the same for every try of one turn, so that a system that changes something does it once
   */
  async fetch(name: string, values: ActionValues, key: string): Promise<ActionValues> {
    const definition = this.definitions[name];
    if (definition === undefined) return {};
    try {
      return await this.policyOf(name, definition).execute(({ signal }) => request(definition, values, key, signal));
    } catch (error) {
      this.onFailure(name, error);
      return {};
    }
  }

  private policyOf(name: string, { timeoutMilliseconds, retries }: ActionDefinition): IPolicy {
    const known = this.policies.get(name);
    if (known !== undefined) return known;
    const breaker = circuitBreaker(handleAll, { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(FAILURES) });
    const again = retry(
      handleWhen((error) => !isBrokenCircuitError(error)),
      { maxAttempts: retries, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }) },
    );
    const policy = wrap(again, breaker, timeout(timeoutMilliseconds, TimeoutStrategy.Aggressive));
    this.policies.set(name, policy);
    return policy;
  }
}

async function request(definition: ActionDefinition, values: ActionValues, key: string, signal: AbortSignal): Promise<ActionValues> {
  const { method, headers, body } = definition;
  const sent = body === undefined ? undefined : JSON.stringify(Object.fromEntries(body.map((name) => [name, values[name] ?? null])));
  const response = await fetch(addressOf(definition, values), {
    method,
    headers: {
      accept: 'application/json',
      'idempotency-key': key,
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
    redirect: 'error',
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ActionFailure(`it answered with status ${response.status}`);
  }
  return take(definition, parse(await readText(response)));
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new ActionFailure(`it answered with more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ActionFailure('it answered with something that is not JSON');
  }
}

function take({ values }: ActionDefinition, answer: unknown): ActionValues {
  const found = Object.entries(values).flatMap(([name, pointer]) => {
    const read = scalar.safeParse(at(answer, pointer));
    const text = read.success
      ? String(read.data)
          .replace(/\p{Cc}+/gu, ' ')
          .trim()
          .slice(0, MOST_CHARACTERS)
      : '';
    return text === '' ? [] : [[name, text] as const];
  });
  return Object.fromEntries(found);
}

/** The value that a JSON Pointer (RFC 6901) names. */
function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (inside, part) =>
        typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part) ? Reflect.get(inside, part) : undefined,
      value,
    );
}
