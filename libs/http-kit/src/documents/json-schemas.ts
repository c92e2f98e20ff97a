import { AttuneError } from '@attune/errors';
import { z } from 'zod';

/** A JSON Schema, or any other part of a document. */
export type JsonObject = { [key: string]: unknown };

/** Where the named schemas of an OpenAPI document lie. */
const COMPONENTS = '#/components/schemas/';

/** Which side of a schema a document shows: what may be sent to it, or what it gives. They differ in defaults and conversions. */
export type Direction = 'input' | 'output';

/** Turns zod schemas into JSON Schemas (2020-12) that refer to named ones under `#/components/schemas/`. */
export class JsonSchemas {
  private readonly registry = z.registry<{ id: string }>();

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    for (const [name, schema] of Object.entries(named)) this.name(name, schema);
  }

  /** Gives a schema a name, unless it has one. */
  name(name: string, schema: z.ZodType): void {
    if (!this.registry.has(schema)) this.registry.add(schema, { id: name });
  }

  /** @throws {AttuneError} `wrong-use` for a schema without a name */
  nameOf(schema: z.ZodType): string {
    const name = this.registry.get(schema)?.id;
    if (name === undefined) throw new AttuneError('wrong-use', 'A schema is referred to that has no name in the document.');
    return name;
  }

  /** All named schemas as one side shows them. */
  convert(direction: Direction): Record<string, JsonObject> {
    const { schemas } = z.toJSONSchema(this.registry, {
      io: direction,
      unrepresentable: 'any',
      uri: (id) => COMPONENTS + id,
      override: ({ jsonSchema }) => {
        // Answers may gain fields; a client that was made to refuse them would break then.
        if (direction === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    });
    const converted: Record<string, JsonObject> = {};
    for (const [name, { $schema: _schema, $id: _id, ...schema }] of Object.entries(schemas)) converted[name] = schema;
    return converted;
  }
}

/** A reference to a named schema. */
export function schemaReference(name: string): { $ref: string } {
  return { $ref: COMPONENTS + name };
}

/** The names that parts of a document refer to, those that these refer to included. */
export function reachableNames(parts: unknown, schemas: Readonly<Record<string, JsonObject>>): Set<string> {
  const reached = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === '$ref' && typeof value === 'string' && value.startsWith(COMPONENTS)) {
        const name = value.slice(COMPONENTS.length);
        if (reached.has(name)) continue;
        reached.add(name);
        visit(schemas[name]);
      } else visit(value);
    }
  };
  visit(parts);
  return reached;
}

/** A part of a document whose references to some names are to others. */
export function renameReferences<Part>(part: Part, renamed: ReadonlyMap<string, string>): Part {
  return JSON.parse(JSON.stringify(part), (key: string, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string' || !value.startsWith(COMPONENTS)) return value;
    const name = value.slice(COMPONENTS.length);
    return COMPONENTS + (renamed.get(name) ?? name);
  }) as Part;
}
