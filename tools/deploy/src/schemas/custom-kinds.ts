import { parseAllDocuments } from 'yaml';
import { closed, ofKind, type JsonSchema, type KindSchema } from './json-schema';

interface CustomResourceDefinition {
  readonly kind: 'CustomResourceDefinition';
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: JsonSchema };
    }[];
  };
}

/**
 * The schemas of the custom resources that a file defines, in the versions that are served.
 *
 * @param metadata the schema of `metadata`, which definitions leave open
 */
export function customKinds(text: string, metadata: JsonSchema): KindSchema[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as CustomResourceDefinition | null)
    .filter((definition) => definition?.kind === 'CustomResourceDefinition')
    .flatMap((definition) => {
      const { group, names, versions } = (definition as CustomResourceDefinition).spec;
      return versions
        .filter(({ served }) => served)
        .map(({ name, schema }) => ({
          group,
          version: name,
          kind: names.kind,
          schema: withMetadata(ofKind(closed(schema.openAPIV3Schema), `${group}/${name}`, names.kind), metadata),
        }));
    });
}

/** A schema whose `metadata` is what Kubernetes takes. */
export function withMetadata(schema: JsonSchema, { definitions, ...metadata }: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...schema.properties, metadata }, definitions: { ...schema.definitions, ...definitions } };
}
