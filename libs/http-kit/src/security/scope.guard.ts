import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../problems/http-problem';
import { stateOf } from '../request/request-state';
import { REQUIRED_SCOPE } from './required-scope';
import { includesScope, type Scope } from './scope';

/** Lets a request in whose key has the scope that the route needs. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws {HttpProblem} `unauthenticated`, `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    // Batches of events come from the broker, which has its own access control.
    if (context.getType() !== 'http') return true;
    const places = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<Scope | 'public' | undefined>(REQUIRED_SCOPE, places) ?? 'admin';
    if (needed === 'public') return true;
    const identity = stateOf(context.switchToHttp().getRequest<FastifyRequest>().raw)?.identity;
    if (identity === undefined) throw unauthenticated();
    if (!includesScope(identity.scope, needed)) {
      throw new HttpProblem('forbidden', { detail: `The key "${identity.name}" has the scope ${identity.scope}; this needs ${needed}.` });
    }
    return true;
  }
}

/** The answer to a request without a valid key. */
export function unauthenticated(): HttpProblem {
  return new HttpProblem('unauthenticated', {
    detail: 'Send a valid key as "Authorization: Bearer <key>" or "X-API-Key: <key>".',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
