import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { ProblemCode } from '../problems/http-problem';
import type { RequestPart } from '../problems/validation-faults';
import { Public, RequiresScope } from '../security/required-scope';
import type { RouteSettings } from '../http/route-settings';
import type { Scope } from '../security/scope';

/** An answer of a route. */
export interface RouteResponse {
  readonly description: string;
  /** Without it the answer has no body. */
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Where the request chooses among several media types: those beside `contentType`, each as text. */
  readonly otherContentTypes?: readonly string[];
  readonly example?: unknown;
}

/** What a route does, as the OpenAPI document tells it. The schemas of its request are those of `@ZodBody`, `@ZodQuery` and `@ZodPath`. */
export interface RouteDescription {
  readonly summary: string;
  readonly description?: string;
  /** Unique in a service. Default the name of the method, such as `listWatches`; one of a single word goes on with the controller's: `list` of `WatchesController` is the same. */
  readonly operationId?: string;
  /** What a key must be allowed; `public` needs none. */
  readonly scope: Scope | 'public';
  /** Answers of success by status; the first is what the route answers with. */
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** Kinds of problems of its own; those that any route has are added. */
  readonly problems?: readonly ProblemCode[];
  /** Bodies by name. Each passes the schema of the body. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Example values of parameters of the path and the query by name. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Bodies that are read as a stream, such as NDJSON, by their media type. */
  readonly streams?: Readonly<Record<string, { description: string; schema?: z.ZodType; example?: string }>>;
}

const ROUTE = Symbol('attune:route');
const PARTS = Symbol('attune:route-parts');

/** The schemas of a route's request. */
export type RequestSchemas = { readonly [Part in RequestPart]?: z.ZodType };

/** Describes a route: sets the scope it needs, the media types it takes and the status it answers with, and puts it into the OpenAPI document. */
export function ApiRoute(description: RouteDescription): MethodDecorator {
  const status = Number(Object.keys(description.responses)[0] ?? 200);
  const isPublic = description.scope === 'public';
  return applyDecorators(
    SetMetadata(ROUTE, description),
    HttpCode(status),
    description.scope === 'public' ? Public() : RequiresScope(description.scope),
    // The decorators of parameters have run by then, so the schema of a body is known.
    (controller: object, method: string | symbol, descriptor: PropertyDescriptor) => {
      const json = requestSchemas(controller, method).body === undefined ? [] : ['application/json'];
      const mediaTypes = [...json, ...Object.keys(description.streams ?? {})];
      RouteConfig({ public: isPublic, mediaTypes } satisfies RouteSettings)(controller, method, descriptor);
    },
  );
}

/** The description of a handler; undefined where it has none. */
export function routeDescription(handler: object): RouteDescription | undefined {
  return Reflect.getMetadata(ROUTE, handler) as RouteDescription | undefined;
}

/** Remembers the schema of a part of a handler's request. */
export function rememberSchema(controller: object, method: string | symbol, part: RequestPart, schema: z.ZodType): void {
  const known = Reflect.getMetadata(PARTS, controller, method) as RequestSchemas | undefined;
  Reflect.defineMetadata(PARTS, { ...known, [part]: schema }, controller, method);
}

/** The schemas of a handler's request. */
export function requestSchemas(controller: object, method: string | symbol): RequestSchemas {
  return (Reflect.getMetadata(PARTS, controller, method) as RequestSchemas | undefined) ?? {};
}
