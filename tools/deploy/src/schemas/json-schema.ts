/** A JSON schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly format?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** The schema of one kind of object. */
export interface KindSchema {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: JsonSchema;
}

const INT_OR_STRING: JsonSchema = { anyOf: [{ type: 'integer' }, { type: 'string' }] };

/**
 * A schema that allows no property but those it names, wherever it names any, in all that it holds: a cluster drops
 * what it does not know, so that a misspelt field would be silently without effect.
 */
export function closed(schema: JsonSchema): JsonSchema {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return INT_OR_STRING;
  const { properties, additionalProperties, items, definitions } = schema;
  const isClosed =
    properties !== undefined && additionalProperties === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true;
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: eachClosed(properties) }),
    ...(definitions === undefined ? {} : { definitions: eachClosed(definitions) }),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: closed(additionalProperties) } : {}),
    ...(isClosed ? { additionalProperties: false } : {}),
  };
}

function eachClosed(schemas: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closed(schema)]));
}

/** A schema of an object that must say these words as its version and kind. */
export function ofKind(schema: JsonSchema, apiVersion: string, kind: string): JsonSchema {
  return {
    ...schema,
    properties: { ...schema.properties, apiVersion: { type: 'string', enum: [apiVersion] }, kind: { type: 'string', enum: [kind] } },
  };
}
