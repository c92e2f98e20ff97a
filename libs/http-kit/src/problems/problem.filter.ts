import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../logging/logger';
import { stateOf } from '../request/request-state';
import { HttpProblem } from './http-problem';
import { problemOf } from './problem-of';
import { RouteTable } from './route-table';

/** The media type of RFC 9457. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Answers every error as `application/problem+json`. What was not foreseen is logged whole, and answered with the id of the request alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // Errors of event handlers are the stream's, which retries or sends to dead letters.
    if (host.getType() !== 'http') throw error;
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const state = stateOf(request.raw);
    const gone = reply.raw.destroyed && !reply.raw.writableFinished;
    const problem = request.is404 ? this.unrouted(request) : problemOf(error);
    if (state !== undefined) state.problem = problem.code;
    if (problem.status >= 500 && !gone) this.logger.error({ err: error, code: problem.code }, 'a request failed');
    if (reply.sent || reply.raw.headersSent) {
      // Half an answer has gone out; cutting it short is the only way left to say that it is not whole.
      if (!reply.raw.writableEnded) reply.raw.destroy();
      return;
    }
    void reply
      .code(problem.status)
      .headers(problem.headers)
      .type(PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify(problem.body(state?.context.requestId)));
  }

  private unrouted(request: FastifyRequest): HttpProblem {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = this.routes.methodsOf(path);
    if (methods.length === 0) return new HttpProblem('not-found', { detail: 'The service has no such path.' });
    return new HttpProblem('method-not-allowed', { detail: `It knows ${methods.join(', ')}.`, headers: { allow: methods.join(', ') } });
  }
}
