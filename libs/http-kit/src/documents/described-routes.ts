import type { INestApplicationContext } from '@nestjs/common';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { requestSchemas, routeDescription, type RequestSchemas, type RouteDescription } from '../api/route-description';

/** A route with what its decorators say of it. */
export interface DescribedRoute {
  readonly method: string;
  /** As Nest writes it, such as `/v1/watches/:id`. */
  readonly path: string;
  readonly operationId: string;
  readonly description: RouteDescription;
  readonly schemas: RequestSchemas;
}

/** Every route of an application that is described by `@ApiRoute`. */
export function describedRoutes(app: INestApplicationContext): DescribedRoute[] {
  const scanner = new MetadataScanner();
  const routes: DescribedRoute[] = [];
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as object;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler: unknown = Reflect.get(prototype, name);
        if (typeof handler !== 'function') continue;
        const description = routeDescription(handler);
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        if (description === undefined || method === undefined) continue;
        const path = joinPaths(firstPath(metatype), firstPath(handler));
        const operationId = description.operationId ?? operationIdOf(name, metatype.name);
        routes.push({
          method: RequestMethod[method].toLowerCase(),
          path,
          operationId,
          description,
          schemas: requestSchemas(prototype, name),
        });
      }
    }
  }
  return routes.sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

/** A name of one word says nothing without what it is about. */
function operationIdOf(method: string, controller: string): string {
  return /[A-Z]/.test(method) ? method : method + controller.replace(/Controller$/, '');
}

function firstPath(target: object): string {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return [path ?? ''].flat()[0] ?? '';
}

function joinPaths(...parts: readonly string[]): string {
  return `/${parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')}`;
}
