import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from '../problems/http-problem';
import type { Identity } from '../security/api-key';
import type { WorkContext } from './request-context';

/** What the service knows of a request beyond what Fastify does. */
export interface RequestState {
  readonly context: WorkContext;
  /** Whose key it came with; undefined without a valid one. */
  identity?: Identity;
  /** Problem it was answered with. */
  problem?: ProblemCode;
}

/** Keyed by Node's own request, which Nest and Fastify both hand on. */
const states = new WeakMap<IncomingMessage, RequestState>();

/** Remembers the state of a request. */
export function keepState(request: IncomingMessage, state: RequestState): void {
  states.set(request, state);
}

/** The state of a request; undefined before its hooks ran. */
export function stateOf(request: IncomingMessage): RequestState | undefined {
  return states.get(request);
}
