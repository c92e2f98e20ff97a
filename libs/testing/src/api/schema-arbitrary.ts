import fc from 'fast-check';
import type { JsonSchema } from './api-document';

/** Most items of an array; more find nothing more. */
const MOST_ITEMS = 4;
const MOST_CHARACTERS = 200;

type Resolve = (schema: JsonSchema) => JsonSchema;

/** Values of a JSON Schema, as far as this project's documents go; what a schema leaves open may be anything. */
export function schemaArbitrary(schema: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> {
  const { const: constant, enum: values, anyOf, oneOf, type, ...rest } = resolve(schema);
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(values)) return fc.constantFrom<unknown>(...(values as unknown[]));
  const alternatives = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((alternative) => schemaArbitrary(alternative, resolve)));
  if (Array.isArray(type)) return fc.oneof(...(type as string[]).map((one) => ofType(one, rest, resolve)));
  return typeof type === 'string' ? ofType(type, rest, resolve) : fc.jsonValue({ maxDepth: 2 });
}

function ofType(type: string, schema: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return textArbitrary(schema);
    case 'integer':
    case 'number':
      return numberArbitrary(type, schema);
    case 'boolean':
      return fc.boolean();
    case 'array':
      return arrayArbitrary(schema, resolve);
    case 'object':
      return objectArbitrary(schema, resolve);
    default:
      return fc.constant(null);
  }
}

function textArbitrary(schema: JsonSchema): fc.Arbitrary<string> {
  const { format } = schema;
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date('1995-01-01'), max: new Date('2026-01-01') }).map((date) => date.toISOString());
  if (format === 'uri') return fc.webUrl();
  const patterns = [schema.pattern, ...((schema.allOf as JsonSchema[] | undefined) ?? []).map(({ pattern }) => pattern)];
  const pattern = patterns.find((one): one is string => typeof one === 'string');
  const minLength = numberOr(schema.minLength, 0);
  const maxLength = Math.min(MOST_CHARACTERS, numberOr(schema.maxLength, MOST_CHARACTERS));
  const free = fc.string({ unit: 'grapheme', minLength, maxLength }).map((text) => text.slice(0, maxLength));
  return pattern === undefined ? free : fc.stringMatching(new RegExp(pattern, 'u')).map((text) => text.slice(0, maxLength));
}

function numberArbitrary(type: string, schema: JsonSchema): fc.Arbitrary<number> {
  const min = numberOr(schema.minimum, -1e6);
  const max = numberOr(schema.maximum, 1e6);
  if (type === 'number') return fc.double({ min, max, noNaN: true });
  const step = numberOr(schema.multipleOf, 1);
  return fc.integer({ min: Math.ceil(min / step), max: Math.floor(max / step) }).map((value) => value * step);
}

function arrayArbitrary(schema: JsonSchema, resolve: Resolve): fc.Arbitrary<unknown[]> {
  const minLength = numberOr(schema.minItems, 0);
  const maxLength = Math.max(minLength, Math.min(MOST_ITEMS, numberOr(schema.maxItems, MOST_ITEMS)));
  return fc.array(schemaArbitrary((schema.items as JsonSchema | undefined) ?? {}, resolve), { minLength, maxLength });
}

function objectArbitrary(schema: JsonSchema, resolve: Resolve): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.entries((schema.properties as Record<string, JsonSchema> | undefined) ?? {});
  const requiredKeys = (schema.required as string[] | undefined) ?? [];
  const model = Object.fromEntries(properties.map(([name, property]) => [name, schemaArbitrary(property, resolve)]));
  return fc.record(model, { requiredKeys });
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
