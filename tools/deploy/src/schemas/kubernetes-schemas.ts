import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { customKinds } from './custom-kinds';
import { goModuleDirectory } from './go-module';
import type { JsonSchema, KindSchema } from './json-schema';
import { kubernetesKinds, metadataSchema, type ApiDescription } from './kubernetes-kinds';
import { GO_OPERATORS, KUBERNETES_VERSION } from './sources';
import { strimziKinds } from './strimzi-kinds';

/** File of a kind's schema in the folder, as kubeconform's templates write it. */
export const FILE_TEMPLATE = '{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json';

/** Where the schemas stand that this code makes. The folder need not be there yet. */
export function schemaDirectory(): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(__dirname).filter((file) => !file.endsWith('.spec.ts')))
    digest.update(readFileSync(join(__dirname, name)));
  return join(cacheDirectory(), 'kubernetes-schemas', digest.digest('hex').slice(0, 16));
}

/**
 * JSON schemas of every kind that the manifests may use, one file each: of Kubernetes itself and of the operators, from
 * their Go modules and Maven artifacts. Made once for a version of {@link file://./sources.ts}.
 *
 * @throws AttuneError `setup-missing` where Go or Maven cannot fetch them
 */
export async function ensureSchemas(): Promise<string> {
  const directory = schemaDirectory();
  if (existsSync(directory)) return directory;
  const parent = join(directory, '..');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'making-'));
  try {
    const schemas = join(work, 'finished');
    await mkdir(schemas);
    for (const kind of await everyKind(work)) await writeFile(join(schemas, fileOf(kind)), JSON.stringify(kind.schema));
    // A finished folder appears whole or not at all; of two that make it at once the second finds the first's.
    await rename(schemas, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return directory;
}

async function everyKind(work: string): Promise<KindSchema[]> {
  const kubernetes = await goModuleDirectory('k8s.io/kubernetes', KUBERNETES_VERSION);
  const api = JSON.parse(await readFile(join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8')) as ApiDescription;
  const metadata = metadataSchema(api);
  const operators: KindSchema[] = [];
  for (const { module, version, folder } of GO_OPERATORS) {
    operators.push(...(await definedIn(join(await goModuleDirectory(module, version), folder), metadata)));
  }
  return [...kubernetesKinds(api), ...operators, ...(await strimziKinds(work, metadata))];
}

async function definedIn(folder: string, metadata: JsonSchema): Promise<KindSchema[]> {
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => customKinds(text, metadata));
}

/** Kubeconform takes the version for the group of what has none. */
function fileOf({ group, version, kind }: KindSchema): string {
  return `${group || version}_${version}_${kind.toLowerCase()}.json`;
}
