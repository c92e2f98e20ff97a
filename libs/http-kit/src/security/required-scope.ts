import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from './scope';

/** Under this name Nest keeps the scope that a route needs. */
export const REQUIRED_SCOPE = Symbol('attune:required-scope');

/** Lets in keys whose scope includes `scope`. A route that says nothing needs `admin`. */
export function RequiresScope(scope: Scope): MethodDecorator & ClassDecorator {
  return SetMetadata(REQUIRED_SCOPE, scope);
}

/** Lets everybody in. */
export function Public(): MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_SCOPE, 'public'), RouteConfig({ public: true }));
}
