import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { HttpProblem } from '../problems/http-problem';
import { routeDescription } from './route-description';

/** Holds answers against the schemas of their routes, so that a test of a service is a test of its document as well. */
@Injectable()
export class AnswerCheck implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const description = context.getType() === 'http' ? routeDescription(context.getHandler()) : undefined;
    if (description === undefined) return next.handle();
    return next.handle().pipe(
      map((answer: unknown) => {
        const { statusCode } = context.switchToHttp().getResponse<FastifyReply>();
        const schema = description.responses[statusCode]?.schema;
        // What is sent is JSON: dates are texts there, and undefined is absent.
        const sent: unknown = answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
        const read = schema?.safeParse(sent);
        if (read?.success === false) throw new HttpProblem('internal', { cause: read.error });
        return answer;
      }),
    );
  }
}
