import { AttuneError } from '@attune/errors';
import { HttpException } from '@nestjs/common';
import { HttpProblem, PROBLEM_KINDS, type ProblemCode } from './http-problem';

/** Seconds after which a dependency that is away may be back. */
const DEPENDENCY_RETRY = 5;

/** Of kinds that share a status, the first is what a bare status means. */
const BY_STATUS = new Map<number, ProblemCode>();
for (const code of Object.keys(PROBLEM_KINDS) as ProblemCode[]) {
  if (!BY_STATUS.has(PROBLEM_KINDS[code].status)) BY_STATUS.set(PROBLEM_KINDS[code].status, code);
}
BY_STATUS.set(400, 'bad-request');

/**
 * The problem that an error is answered with. What this service did not mean for the outside becomes `internal`, whose
 * body says nothing but the id of the request.
 */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof HttpException) return ofHttpException(error);
  if (error instanceof AttuneError) return ofAttuneError(error);
  return new HttpProblem('internal', { cause: error });
}

function ofHttpException(error: HttpException): HttpProblem {
  const status = error.getStatus();
  const code = BY_STATUS.get(status) ?? (status < 500 ? 'bad-request' : 'internal');
  return new HttpProblem(code, { cause: error, ...(status < 500 ? { detail: error.message } : {}) });
}

function ofAttuneError(error: AttuneError): HttpProblem {
  const detail = error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
  switch (error.code) {
    case 'not-found':
    case 'conflict':
    case 'forbidden':
      return new HttpProblem(error.code, { detail, cause: error });
    case 'unauthorized':
      return new HttpProblem('unauthenticated', { detail, cause: error });
    case 'overloaded':
      return new HttpProblem('overloaded', { retryAfterSeconds: retryAfterSeconds(error), cause: error });
    case 'dependency-unavailable':
    case 'retriable':
      return new HttpProblem('unavailable', { retryAfterSeconds: DEPENDENCY_RETRY, cause: error });
    case 'disk-full':
      return new HttpProblem('disk-full', { cause: error });
    default:
      return new HttpProblem('internal', { cause: error });
  }
}

/** What is refused for want of room may say when there should be some. */
function retryAfterSeconds(error: AttuneError): number {
  return 'retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number' ? error.retryAfterSeconds : 1;
}
