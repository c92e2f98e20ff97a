import { problemSchema } from '@attune/contracts';
import type { INestApplicationContext } from '@nestjs/common';
import type { ServiceDocuments } from '../service/service-options';
import { describedRoutes, type DescribedRoute } from './described-routes';
import { JsonSchemas, reachableNames, renameReferences, type JsonObject } from './json-schemas';
import { operationRequest, operationResponses } from './openapi-operation';

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument extends JsonObject {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>>; readonly securitySchemes: JsonObject };
}

/** Where a client shows its key. */
const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

/**
 * The OpenAPI 3.1 document of an application, from the decorators of its routes and the schemas that check the requests.
 *
 * @throws {AttuneError} `bad-data` where an example does not pass its schema
 */
export function openApiDocument(app: INestApplicationContext, documents: ServiceDocuments, version: string): OpenApiDocument {
  const routes = describedRoutes(app);
  const schemas = new JsonSchemas({ ...documents.schemas, Problem: problemSchema });
  for (const route of routes) nameSchemas(route, schemas);
  const inputs = schemas.convert('input');
  const outputs = schemas.convert('output');
  const requests = routes.map((route) => operationRequest(route, schemas, inputs));
  const responses = routes.map((route) => operationResponses(route, schemas));
  const given = reachableNames(responses, outputs);
  const taken = reachableNames(requests, inputs);
  // A schema that is both sent and given differs in its defaults, so each side has its own.
  const renamed = new Map([...taken].filter((name) => given.has(name)).map((name) => [name, `${name}Input`]));
  const components = Object.fromEntries([
    ...[...given].map((name) => [name, outputs[name] ?? {}] as const),
    ...[...taken].map((name) => [renamed.get(name) ?? name, renameReferences(inputs[name] ?? {}, renamed)] as const),
  ]);
  const paths: Record<string, Record<string, JsonObject>> = {};
  routes.forEach((route, index) => {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [route.method]: operation(route, renameReferences(requests[index] ?? {}, renamed), responses[index] ?? {}),
    };
  });
  return {
    openapi: '3.1.0',
    info: {
      title: documents.title,
      description: documents.description,
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { schemas: components, securitySchemes: SECURITY_SCHEMES },
  };
}

function nameSchemas({ operationId, schemas, description }: DescribedRoute, names: JsonSchemas): void {
  const operation = operationId.charAt(0).toUpperCase() + operationId.slice(1);
  if (schemas.body !== undefined) names.name(`${operation}Request`, schemas.body);
  if (schemas.query !== undefined) names.name(`${operation}Query`, schemas.query);
  if (schemas.path !== undefined) names.name(`${operation}Path`, schemas.path);
  for (const { schema } of Object.values(description.streams ?? {})) if (schema !== undefined) names.name(`${operation}Line`, schema);
  Object.entries(description.responses).forEach(([status, { schema }], index) => {
    if (schema !== undefined) names.name(index === 0 ? `${operation}Response` : `${operation}Response${status}`, schema);
  });
}

function operation(route: DescribedRoute, request: JsonObject, responses: JsonObject): JsonObject {
  const { description, operationId } = route;
  const { scope } = description;
  return {
    operationId,
    tags: [tagOf(route)],
    summary: description.summary,
    ...(description.description === undefined ? {} : { description: description.description }),
    ...request,
    responses,
    security: scope === 'public' ? [] : [{ bearer: [scope] }, { apiKey: [scope] }],
  };
}

/** The first part of a path that is no version. */
function tagOf({ path }: DescribedRoute): string {
  return path.split('/').find((part) => part !== '' && !/^v\d+$/.test(part)) ?? 'service';
}
