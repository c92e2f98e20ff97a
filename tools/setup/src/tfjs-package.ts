import { existsSync } from 'node:fs';
import { copyFile, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import { tensorFlowDirectory } from './cache';
import { TENSORFLOW_VERSION, type TensorFlowKind } from './wheels';

/** The set-up prepares this package and never loads it: only finetune does. */
const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Where the package looks for its binding, in its own folder. */
const BINDINGS = 'lib/napi-v8';
export const BINDING_FILE = 'tfjs_binding.node';
/** Beside it: what libs/finetune loads TensorFlow by first. */
export const QUIET_LOADER_FILE = 'load_quietly.node';

const STAMP = 'deps/attune.json';

const stampSchema = z.object({
  version: z.string(),
  kind: z.enum(['cpu', 'cuda']),
  /** `wheel`: from the cache; `installer`: from the package's own installer. */
  source: z.enum(['wheel', 'installer']),
});

/** What is said in the package's folder about the native TensorFlow in it. */
export type PackageStamp = z.infer<typeof stampSchema>;

/**
 * The folder of @tensorflow/tfjs-node-gpu in this checkout's node_modules.
 *
 * @throws AttuneError `setup-missing` where it is not installed
 */
export function tfjsPackageDirectory(): string {
  try {
    return dirname(require.resolve(`${PACKAGE}/package.json`));
  } catch (error) {
    throw new AttuneError('setup-missing', `${PACKAGE} is not installed, and training needs it.`, {
      remedy: 'Run npm ci in the checkout. Predicting, embedding and serving exported models work without it.',
      cause: error,
    });
  }
}

/** The path of the binding that the package loads. It need not be there yet. */
export function bindingPath(packageDirectory: string): string {
  return join(packageDirectory, BINDINGS, BINDING_FILE);
}

/** The native TensorFlow that the package is ready to load; undefined where it is not, or no longer, ready. */
export async function readStamp(packageDirectory: string): Promise<PackageStamp | undefined> {
  try {
    const stamp = stampSchema.parse(JSON.parse(await readFile(join(packageDirectory, STAMP), 'utf8')));
    if (!existsSync(bindingPath(packageDirectory))) return undefined;
    if (stamp.source === 'installer') return stamp;
    const isCurrent = stamp.version === TENSORFLOW_VERSION && (await pointsTo(packageDirectory, stamp.kind));
    return isCurrent ? stamp : undefined;
  } catch {
    return undefined;
  }
}

async function pointsTo(packageDirectory: string, kind: TensorFlowKind): Promise<boolean> {
  const lib = join(tensorFlowDirectory(kind), 'lib');
  return (await readlink(join(packageDirectory, 'deps/lib'))) === lib && existsSync(lib);
}

/**
 * Points the package at the cache's TensorFlow and gives it what was compiled for it, each in one step. It counts as
 * ready only after {@link writeStamp}.
 *
 * @param compiled a folder
 */
export async function linkPackage(packageDirectory: string, kind: TensorFlowKind, compiled: string): Promise<void> {
  const bindings = join(packageDirectory, BINDINGS);
  await mkdir(join(packageDirectory, 'deps'), { recursive: true });
  await mkdir(bindings, { recursive: true });
  await rm(join(packageDirectory, STAMP), { force: true });
  for (const name of ['include', 'lib']) {
    await replaceLink(join(packageDirectory, 'deps', name), join(tensorFlowDirectory(kind), name));
  }
  for (const name of [QUIET_LOADER_FILE, BINDING_FILE]) {
    const target = join(bindings, name);
    // A copy, since Node resolves links first, and the binding finds TensorFlow by its own folder.
    await copyFile(join(compiled, name), `${target}.new`);
    await rename(`${target}.new`, target);
  }
}

/** Notes what is ready in the package, once it has loaded: a run that fails or is killed before leaves no note. */
export async function writeStamp(packageDirectory: string, stamp: PackageStamp): Promise<void> {
  const path = join(packageDirectory, STAMP);
  await writeFile(`${path}.new`, `${JSON.stringify(stamp)}\n`);
  await rename(`${path}.new`, path);
}

async function replaceLink(link: string, target: string): Promise<void> {
  const isFolder = await lstat(link).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  // The package's own installer leaves folders in these places.
  if (isFolder) await rm(link, { recursive: true });
  await rm(`${link}.new`, { force: true });
  await symlink(target, `${link}.new`);
  await rename(`${link}.new`, link);
}
