import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { lastLines, runProcess } from './processes';
import type { SetupContext } from './progress';
import { requireCompiler } from './requirements';
import { BINDING_FILE, QUIET_LOADER_FILE } from './tfjs-package';

/** The binding uses Node-API version 8, which does not change from one Node to the next: one compilation serves all. */
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];

/** The binding lies in `lib/napi-v8` of the package, and TensorFlow in `deps/lib`. */
const RUN_PATH = '-Wl,-rpath,$ORIGIN/../../deps/lib';

/** What loads TensorFlow without its notices, before the binding does with them. */
const QUIET_LOADER = join(__dirname, 'load_quietly.cc');

/**
 * Compiles the binding of @tensorflow/tfjs-node-gpu against a TensorFlow in the cache, and what loads that quietly, and
 * keeps both there beside it, so that a fresh node_modules needs no compiler.
 *
 * @param tensorFlow a folder with `include/` and `lib/`
 * @returns the folder of what was compiled
 * @throws AttuneError `setup-missing` where no compiler is installed or it fails
 */
export async function compileBinding(packageDirectory: string, tensorFlow: string, context: SetupContext): Promise<string> {
  const sources = join(packageDirectory, 'binding');
  const compiled = join(tensorFlow, 'binding', await digestOf(sources));
  if (existsSync(compiled)) return compiled;
  const compiler = await requireCompiler();
  context.report({ type: 'step', name: "Compiling TensorFlow's binding" });
  const partial = `${compiled}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const compile = async (file: string, args: readonly string[]): Promise<void> => {
    const { status, stderr } = await runProcess(
      compiler,
      [...FLAGS, `-I${dirname(require.resolve('node-api-headers/include/node_api.h'))}`, ...args, '-o', join(partial, file)],
      { signal: context.signal },
    );
    if (status === 0) return;
    throw new AttuneError('setup-missing', `${compiler} could not compile ${file}.\n${lastLines(stderr, 6)}`, {
      remedy: 'A compiler that knows C++17 is needed (g++ 9 or later); CXX names the one to use.',
    });
  };
  await compile(BINDING_FILE, [
    `-I${join(tensorFlow, 'include')}`,
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name)),
    ...[`-L${join(tensorFlow, 'lib')}`, '-ltensorflow', '-ltensorflow_framework', RUN_PATH],
  ]);
  await compile(QUIET_LOADER_FILE, [QUIET_LOADER, '-ldl']);
  await rename(partial, compiled);
  return compiled;
}

/** A name for what is compiled, so that another version of the package gets another binding. */
async function digestOf(sources: string): Promise<string> {
  const hash = createHash('sha256')
    .update(FLAGS.join(' '))
    .update(RUN_PATH)
    .update(await readFile(QUIET_LOADER));
  for (const name of (await readdir(sources)).sort()) hash.update(name).update(await readFile(join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}
