import type { IPolicy } from 'cockatiel';
import { z } from 'zod';
import { readRemoteJson } from '../remote/remote-answer';
import { remotePolicy } from '../remote/remote-policy';
import { addressOf, type ActionDefinition, type ActionDefinitions } from './action-configuration';

/** Bytes of an answer beyond which it is not read. */
const MOST_BYTES = 65_536;
/** Characters of a value that are said. */
const MOST_CHARACTERS = 500;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Values by the names that templates give them. */
export type ActionValues = Readonly<Record<string, string>>;

/** Fetches values for answers from the company's own systems. */
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

  private policyOf(name: string, definition: ActionDefinition): IPolicy {
    const known = this.policies.get(name);
    if (known !== undefined) return known;
    const policy = remotePolicy(definition);
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
  return take(definition, await readRemoteJson(response, MOST_BYTES));
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
