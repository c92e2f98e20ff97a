import { join } from 'node:path';
import { formatFiles, generateFiles, names, readJson, type Tree } from '@nx/devkit';

export interface ServiceGeneratorOptions {
  /** Lower case with hyphens: its folder in apps/ and its name everywhere else. */
  name: string;
  /** What its API document is headed. */
  title?: string;
}

/** The service whose versions of shared packages a new one takes over, so that all services stand on the same. */
const MODEL = 'apps/sentiment-monitor/package.json';
const PACKAGES = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify', 'fastify', 'reflect-metadata', 'rxjs', 'zod'];

/**
 * Writes `apps/<name>`: a Nest application on the service kit with one example route, its OpenAPI document, health and
 * metrics, and a spec that runs it as a process. `npm install` then links it into the workspace.
 *
 * @throws Error where the name is taken
 */
export async function serviceGenerator(tree: Tree, { name, title = `Attune ${name}` }: ServiceGeneratorOptions): Promise<() => void> {
  const root = `apps/${name}`;
  if (tree.exists(root)) throw new Error(`${root} is there already.`);
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>(tree, MODEL);
  const packages = PACKAGES.map((packageName) => [packageName, dependencies[packageName]]);
  generateFiles(tree, join(__dirname, 'files'), root, { ...names(name), name, title, packages, dot: '.', template: '' });
  await formatFiles(tree);
  return () =>
    console.log(`\n${root} is written. Link it with \`npm install\`, then run \`npx jest ${root}\` and \`node ${root}/bin/${name}.js\`.`);
}

export default serviceGenerator;
