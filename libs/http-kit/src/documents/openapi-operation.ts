import { HttpProblem, PROBLEM_KINDS, type ProblemCode } from '../problems/http-problem';
import { PROBLEM_MEDIA_TYPE } from '../problems/problem.filter';
import { checkExample } from './check-example';
import type { DescribedRoute } from './described-routes';
import { schemaReference, type JsonObject, type JsonSchemas } from './json-schemas';

/** The parameters and the body of an operation. */
export function operationRequest(route: DescribedRoute, names: JsonSchemas, inputs: Readonly<Record<string, JsonObject>>): JsonObject {
  const parameters = [...parametersOf(route, 'path', names, inputs), ...parametersOf(route, 'query', names, inputs)];
  const content = { ...jsonBody(route, names), ...streamedBodies(route, names) };
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(Object.keys(content).length === 0 ? {} : { requestBody: { required: true, content } }),
  };
}

function parametersOf(
  route: DescribedRoute,
  part: 'path' | 'query',
  names: JsonSchemas,
  inputs: Readonly<Record<string, JsonObject>>,
): JsonObject[] {
  const schema = route.schemas[part];
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = inputs[names.nameOf(schema)] as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...shape } = property;
    const example = route.description.parameters?.[name];
    return {
      name,
      in: part,
      required: part === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: shape,
      ...(example === undefined ? {} : { example }),
    };
  });
}

function jsonBody({ operationId, schemas, description }: DescribedRoute, names: JsonSchemas): JsonObject {
  if (schemas.body === undefined) return {};
  const { body } = schemas;
  const examples = Object.entries(description.examples ?? {});
  for (const [name, value] of examples) checkExample(`${operationId} "${name}"`, body, value);
  return {
    'application/json': {
      schema: schemaReference(names.nameOf(body)),
      ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples.map(([name, value]) => [name, { value }])) }),
    },
  };
}

function streamedBodies({ description }: DescribedRoute, names: JsonSchemas): JsonObject {
  const streams = Object.entries(description.streams ?? {});
  return Object.fromEntries(
    streams.map(([mediaType, { description: about, schema, example }]) => {
      const line = schema === undefined ? '' : ` Each line: ${schemaReference(names.nameOf(schema)).$ref}.`;
      return [mediaType, { schema: { type: 'string', description: about + line }, ...(example === undefined ? {} : { example }) }];
    }),
  );
}

/** The answers of an operation: its own, and the problems that it and every route may have. */
export function operationResponses(route: DescribedRoute, names: JsonSchemas): JsonObject {
  const { operationId, description } = route;
  const responses: JsonObject = {};
  for (const [status, response] of Object.entries(description.responses)) {
    const { description: about, schema, contentType = 'application/json', otherContentTypes = [], example } = response;
    if (schema !== undefined && example !== undefined) checkExample(`${operationId}, answer ${status},`, schema, example);
    const shape = schema === undefined ? { type: 'string' } : schemaReference(names.nameOf(schema));
    const hasBody = schema !== undefined || description.responses[Number(status)]?.contentType !== undefined;
    responses[status] = {
      description: about,
      ...(hasBody
        ? {
            content: {
              [contentType]: { schema: shape, ...(example === undefined ? {} : { example }) },
              ...Object.fromEntries(otherContentTypes.map((other) => [other, { schema: { type: 'string' } }])),
            },
          }
        : {}),
    };
  }
  for (const [status, codes] of problemsByStatus(route)) responses[status] ??= problemResponse(codes);
  return responses;
}

function problemsByStatus({ method, description, schemas }: DescribedRoute): Map<string, ProblemCode[]> {
  const hasBody = schemas.body !== undefined || description.streams !== undefined;
  const codes = new Set<ProblemCode>([
    ...(Object.keys(schemas).length > 0 ? (['invalid-request'] as const) : []),
    ...(hasBody ? (['malformed-body', 'too-large'] as const) : []),
    ...(method === 'get' ? [] : (['unsupported-media-type'] as const)),
    ...(description.scope === 'public' ? [] : (['unauthenticated', 'forbidden', 'too-many-requests', 'misdirected-request'] as const)),
    ...(description.problems ?? []),
    'internal',
  ]);
  const byStatus = new Map<string, ProblemCode[]>();
  for (const code of codes) {
    const status = String(PROBLEM_KINDS[code].status);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** Statuses after which a client should wait. */
const WAITING = new Set([429, 503]);

function problemResponse(codes: readonly ProblemCode[]): JsonObject {
  const examples = codes.map((code) => [code, { value: new HttpProblem(code).body('0b9e6f4c-7d3a-4c37-9a51-f2f0c5a3f0d1') }]);
  const waits = codes.some((code) => WAITING.has(PROBLEM_KINDS[code].status));
  return {
    description: codes.map((code) => PROBLEM_KINDS[code].title).join('; '),
    ...(waits ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } } } } : {}),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: schemaReference('Problem'), examples: Object.fromEntries(examples) as JsonObject } },
  };
}
