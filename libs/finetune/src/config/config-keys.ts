import { z } from 'zod';
import { headConfigSchema } from './head-config';

/** One key of head.yaml as the schema states it. */
export interface ConfigKey {
  /** Dotted path: `training.epochs`. */
  path: string;
  description: string;
  /** What it accepts, for a reader: `full | lora | dora`, `number, 0 to 1`. */
  type: string;
  /** Absent where the key has no fixed default. */
  default?: unknown;
}

/** A group of keys; the first has no name and holds the keys of the top level. */
export interface ConfigSection {
  name: string | undefined;
  description: string;
  keys: ConfigKey[];
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Every key of head.yaml with its default and description, in the schema's order. */
export function describeHeadConfig(schema: z.ZodType = headConfigSchema): ConfigSection[] {
  const top: ConfigSection = { name: undefined, description: '', keys: [] };
  const sections = [top];
  for (const [name, property] of properties(z.toJSONSchema(schema, { io: 'input' }))) {
    if (isSection(property)) {
      const keys = properties(property).map(([key, keySchema]) => describeKey(`${name}.${key}`, keySchema));
      sections.push({ name, description: property.description ?? '', keys });
    } else {
      top.keys.push(describeKey(name, property));
    }
  }
  return sections;
}

/** Dotted paths of every key and section of head.yaml. */
export function headConfigPaths(schema: z.ZodType = headConfigSchema): string[] {
  return describeHeadConfig(schema).flatMap((section) => [
    ...(section.name === undefined ? [] : [section.name]),
    ...section.keys.map((key) => key.path),
  ]);
}

/** Dotted paths of the keys of lists' entries, without the number of the entry. */
export function headConfigEntryPaths(schema: z.ZodType = headConfigSchema): string[] {
  return properties(z.toJSONSchema(schema, { io: 'input' })).flatMap(([name, property]) =>
    itemKeys(property).map((key) => `${name}.${key}`),
  );
}

function properties(schema: JsonSchema): [string, JsonSchema][] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => [name, typeof property === 'boolean' ? {} : property]);
}

/** Keys of a list's entries; none where these are plain values. */
function itemKeys({ items }: JsonSchema): string[] {
  return typeof items === 'object' && !Array.isArray(items) ? properties(items).map(([name]) => name) : [];
}

function isSection(schema: JsonSchema): boolean {
  return schema.properties !== undefined;
}

function describeKey(path: string, schema: JsonSchema): ConfigKey {
  return {
    path,
    description: schema.description ?? '',
    type: describeType(schema),
    ...(schema.default === undefined ? {} : { default: schema.default }),
  };
}

function describeType(schema: JsonSchema): string {
  if (schema.anyOf !== undefined)
    return schema.anyOf
      .filter((option) => option.type !== 'null')
      .map((option) => describeType(option))
      .join(' | ');
  if (schema.enum !== undefined) return schema.enum.join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  switch (schema.type) {
    case 'boolean':
      return 'true | false';
    case 'integer':
      return `whole number${describeRange(schema)}`;
    case 'number':
      return `number${describeRange(schema)}`;
    case 'array': {
      const keys = itemKeys(schema);
      return keys.length === 0 ? 'list of words' : `list of {${keys.join(', ')}}`;
    }
    case 'object':
      return describeValues(schema);
    default:
      return 'text';
  }
}

/** What the values of a mapping are. */
function describeValues({ additionalProperties }: JsonSchema): string {
  if (typeof additionalProperties !== 'object') return 'values by key';
  if (additionalProperties.type === 'number') return 'number by label';
  const isSearched = additionalProperties.anyOf?.some((option) => typeof option === 'object' && option.type === 'object') === true;
  return isSearched ? 'values by key' : 'text or list of texts by label';
}

function describeRange(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, exclusiveMaximum } = schema;
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  if (minimum !== undefined && exclusiveMaximum !== undefined) return `, ${minimum} to below ${exclusiveMaximum}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return minimum === undefined ? '' : `, ${minimum} or more`;
}
