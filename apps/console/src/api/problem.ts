import type { ServiceName } from './keys';

/** What a service says when it refuses a request (RFC 9457), or why it was not reached. */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem';

  /**
   * @param status of the answer; 0 where there was none
   * @param faults what is wrong with which part of the request
   */
  constructor(
    readonly service: ServiceName,
    readonly status: number,
    message: string,
    readonly faults: readonly { readonly path: string; readonly message: string }[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The service did not answer, or its place holder says that it does not run. */
  get isUnreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  get needsKey(): boolean {
    return this.status === 401;
  }
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** The problem that an answer tells. */
export async function problemOf(service: ServiceName, response: Response): Promise<ServiceProblem> {
  const text = await response.text().catch(() => '');
  const { title, detail, errors } = parse(text);
  return new ServiceProblem(
    service,
    response.status,
    detail ?? title ?? `${String(response.status)} ${response.statusText}`.trim(),
    errors,
  );
}

function parse(text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
