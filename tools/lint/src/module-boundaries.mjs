/**
 * Who may import whom, as the tags of the `project.json` files: the one table that ESLint enforces.
 *
 * | tag            | projects                                  |
 * |----------------|-------------------------------------------|
 * | type:app       | everything under apps/                    |
 * | type:core      | finetune                                  |
 * | type:domain    | opinion, dialogue, ranking                |
 * | type:runtime   | onnx, inference, event-stream, storage,   |
 * |                | object-store, http-kit                    |
 * | type:kit       | service-kit                               |
 * | type:contracts | contracts, artifact, errors               |
 * | type:testing   | testing                                   |
 * | type:tool      | everything under tools/                   |
 *
 * A library that a rule names alone also carries `lib:<name>`; the command line carries `app:cli`.
 */

const MAY_IMPORT = {
  'type:app': ['type:domain', 'type:runtime', 'type:kit', 'type:contracts'],
  'type:core': ['lib:artifact', 'lib:onnx'],
  'type:domain': ['type:contracts'],
  'type:kit': ['type:runtime', 'type:contracts'],
  'type:contracts': ['lib:errors'],
  'type:testing': ['*'],
  'type:tool': ['type:core', 'type:domain', 'type:runtime', 'type:kit', 'type:contracts', 'type:tool'],
};

/** Packages that exactly one library may import, so that it can be replaced there alone. */
const OWNED_PACKAGES = [
  { packages: ['@tensorflow/*'], owner: 'type:core' },
  { packages: ['onnxruntime-node'], owner: 'lib:onnx' },
  { packages: ['kafkajs'], owner: 'lib:event-stream' },
  { packages: ['pg', '@electric-sql/*', 'usearch'], owner: 'lib:storage' },
  { packages: ['@aws-sdk/*'], owner: 'lib:object-store' },
];

/** The libraries of type:runtime: each owns another package, so each has its own row. A new one is added here. */
const RUNTIME_LIBRARIES = {
  'lib:onnx': ['type:contracts'],
  'lib:inference': ['type:contracts', 'lib:onnx'],
  'lib:event-stream': ['type:contracts'],
  'lib:storage': ['type:contracts'],
  'lib:object-store': ['type:contracts'],
  'lib:http-kit': ['type:contracts'],
};

const bannedFor = (tag) =>
  OWNED_PACKAGES.filter(({ owner }) => owner !== tag)
    .flatMap(({ packages }) => packages)
    .flatMap((name) => (name.endsWith('/*') ? [name] : [name, `${name}/*`]));

/**
 * The `depConstraints` of `@nx/enforce-module-boundaries`. Every row whose tag a project carries applies to it.
 *
 * @param {{ commandLine?: boolean, specs?: boolean }} file what kind of file is linted: the command line may import
 *   finetune and the tools as well, and specs may import the testing library as well.
 */
export function dependencyConstraints({ commandLine = false, specs = false } = {}) {
  const row = (sourceTag, allowed, banned) => ({
    sourceTag,
    onlyDependOnLibsWithTags: [...allowed, ...(specs ? ['type:testing'] : [])],
    bannedExternalImports: banned,
  });
  return Object.entries({ ...MAY_IMPORT, ...RUNTIME_LIBRARIES }).map(([tag, allowed]) =>
    row(tag, tag === 'type:app' && commandLine ? [...allowed, 'type:core', 'type:tool'] : allowed, bannedFor(tag)),
  );
}

/** Pairs whose cycle is no cycle in fact: a library's specs import testing, which imports the library. */
export const SPEC_ONLY_CYCLES = [['*', 'testing']];
