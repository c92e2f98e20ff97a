import type { ApiAnswer, ApiOperation, ApiParameter } from './api-document';

/** A request to an operation. */
export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Longest wait for an answer. */
const TIMEOUT = 30_000;

/** Sends a request. */
export async function sendApiRequest(
  url: string,
  { method, path, headers, body }: ApiRequest,
  more: Record<string, string> = {},
): Promise<ApiAnswer> {
  const signal = AbortSignal.timeout(TIMEOUT);
  const answer = await fetch(url + path, { method, headers: { ...headers, ...more }, signal, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, contentType: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

/**
 * Requests that the examples of an operation make: one a body, or one where it takes none.
 *
 * @param values of parameters in place of their examples, such as the id of something that is there
 */
export function exampleRequests(operation: ApiOperation, values: Readonly<Record<string, unknown>> = {}): ApiRequest[] {
  const { method } = operation;
  const path = addressOf(operation, ({ name, example }) => values[name] ?? example);
  const bodies = Object.entries(operation.body).flatMap(([mediaType, { example, examples = {} }]) => {
    const given = [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)];
    return given.map((value) => ({ mediaType, body: typeof value === 'string' ? value : JSON.stringify(value) }));
  });
  if (bodies.length === 0) return [{ method, path, headers: {} }];
  return bodies.map(({ mediaType, body }) => ({ method, path, headers: { 'content-type': mediaType }, body }));
}

/** The address of an operation with values of its parameters; those of the path are encoded unless they are `raw`. */
export function addressOf({ path, parameters }: ApiOperation, valueOf: (parameter: ApiParameter) => unknown): string {
  let address = path;
  const query = new URLSearchParams();
  for (const parameter of parameters) {
    const value = valueOf(parameter);
    if (parameter.in === 'path') address = address.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    else if (value !== undefined) query.set(parameter.name, String(value));
  }
  return query.size === 0 ? address : `${address}?${query.toString()}`;
}
