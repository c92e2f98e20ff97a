import { closed, ofKind, type JsonSchema, type KindSchema } from './json-schema';

/** Kubernetes' own description of its API, `api/openapi-spec/swagger.json`. */
export interface ApiDescription {
  readonly definitions: Readonly<Record<string, ApiDefinition>>;
}

type ApiDefinition = JsonSchema & {
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
};

const REFERENCE = '#/definitions/';
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
/** They say string, and take a number as well. */
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** The schemas of every kind that Kubernetes itself knows, each complete in itself. */
export function kubernetesKinds({ definitions }: ApiDescription): KindSchema[] {
  const all: ApiDescription['definitions'] = { ...definitions, [QUANTITY]: { anyOf: [{ type: 'number' }, { type: 'string' }] } };
  return Object.entries(all).flatMap(([name, definition]) =>
    (definition['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => ({
      group,
      version,
      kind,
      schema: ofKind(closed({ ...definition, definitions: usedBy(name, all) }), group === '' ? version : `${group}/${version}`, kind),
    })),
  );
}

/** The schema of an object's `metadata`, which definitions of custom resources leave open. */
export function metadataSchema({ definitions }: ApiDescription): JsonSchema {
  return closed({ ...definitions[METADATA], definitions: usedBy(METADATA, definitions) });
}

/** The definitions that one refers to, through others too. */
function usedBy(name: string, definitions: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  const used = new Map<string, JsonSchema>();
  const look = (schema: JsonSchema): void => {
    for (const [, reference] of JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)) {
      const target = reference.slice(REFERENCE.length);
      if (used.has(target) || !(target in definitions)) continue;
      used.set(target, definitions[target]);
      look(definitions[target]);
    }
  };
  look(definitions[name]);
  return Object.fromEntries(used);
}
