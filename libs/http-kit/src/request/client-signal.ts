import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A signal that aborts when the client has gone before its answer was complete. */
export const ClientSignal = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  return clientSignal(context.switchToHttp().getResponse<FastifyReply>());
});

/** The signal of a reply, made at the first call. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const response = reply.raw;
  const controller = new AbortController();
  const gone = () => {
    if (!response.writableFinished) controller.abort(new ClientGoneError());
  };
  if (response.destroyed) gone();
  else response.once('close', gone);
  return controller.signal;
}

/** Why the signal of a client aborts. */
export class ClientGoneError extends Error {
  constructor() {
    super('the client has gone');
    this.name = 'ClientGoneError';
  }
}
