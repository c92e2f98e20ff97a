import type { Problem } from '@attune/contracts';

/** What a kind of problem is called and answered with. */
const KINDS = {
  'invalid-request': { status: 400, title: 'The request does not agree with its description' },
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  'bad-request': { status: 400, title: 'The request is wrong' },
  unauthenticated: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The resource does not know this method' },
  conflict: { status: 409, title: 'The request contradicts what is there' },
  gone: { status: 410, title: 'It was here and is gone' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a kind that is not read here' },
  'misdirected-request': { status: 421, title: 'The request is meant for another host' },
  unprocessable: { status: 422, title: 'The request is understood and cannot be carried out' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  overloaded: { status: 429, title: 'The service is busy' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Something the service needs is away' },
  'disk-full': { status: 507, title: 'The service has no room to store this' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The kind of a problem: `code` of its body, and the end of its `type`. */
export type ProblemCode = keyof typeof KINDS;

/** Every kind of problem, for documents and tests. */
export const PROBLEM_KINDS: Readonly<Record<ProblemCode, { readonly status: number; readonly title: string }>> = KINDS;

/** Where in the request a fault lies. */
export type ProblemFault = NonNullable<Problem['errors']>[number];

/** What a problem says beyond its kind. */
export interface ProblemDetails {
  /** What is wrong, for whoever sent the request; it is sent as it is. */
  readonly detail?: string;
  readonly errors?: readonly ProblemFault[];
  /** Sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error whose answer is known: thrown by a handler, sent as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly ProblemFault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    details: ProblemDetails = {},
  ) {
    const { status, title } = KINDS[code];
    super(details.detail ?? title, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HttpProblem';
    this.status = status;
    this.title = title;
    this.errors = details.errors;
    const { retryAfterSeconds: seconds } = details;
    this.headers = { ...details.headers, ...(seconds === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }) };
  }

  /** The body of RFC 9457. */
  body(requestId: string | undefined): Problem {
    return {
      type: `urn:attune:problem:${this.code}`,
      title: this.title,
      status: this.status,
      ...(this.message === this.title ? {} : { detail: this.message }),
      code: this.code,
      ...(requestId === undefined ? {} : { requestId }),
      ...(this.errors === undefined ? {} : { errors: [...this.errors] }),
    };
  }
}
