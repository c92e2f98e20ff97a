import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { stateOf } from '../request/request-state';
import type { Identity } from './api-key';

/** Whose request it is: the name and the scope of its key. `anonymous` where no keys are needed. */
export const CurrentIdentity = createParamDecorator((_: unknown, context: ExecutionContext): Identity | undefined => {
  return stateOf(context.switchToHttp().getRequest<FastifyRequest>().raw)?.identity;
});
