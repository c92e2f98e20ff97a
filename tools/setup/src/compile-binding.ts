import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { lastLines, runProcess } from './processes';
import type { SetupContext } from './progress';
import { requireCompiler } from './requirements';

/** The binding uses Node-API version 8, which does not change from one Node to the next: one compilation serves all. */
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'];

/** The binding lies in `lib/napi-v8` of the package, and TensorFlow in `deps/lib`. */
const RUN_PATH = '-Wl,-rpath,$ORIGIN/../../deps/lib';

/**
 * Compiles the binding of @tensorflow/tfjs-node-gpu against a TensorFlow in the cache, and keeps it there beside it,
 * so that a fresh node_modules needs no compiler.
 *
 * @param tensorFlow a folder with `include/` and `lib/`
 * @returns the path of the compiled binding
 * @throws AttuneError `setup-missing` where no compiler is installed or it fails
 */
export async function compileBinding(packageDirectory: string, tensorFlow: string, context: SetupContext): Promise<string> {
  const sources = join(packageDirectory, 'binding');
  const binding = join(tensorFlow, 'binding', `${await digestOf(sources)}.node`);
  if (existsSync(binding)) return binding;
  const compiler = await requireCompiler();
  context.report({ type: 'step', name: "Compiling TensorFlow's binding" });
  await mkdir(dirname(binding), { recursive: true });
  const partial = `${binding}.partial`;
  const { status, stderr } = await runProcess(
    compiler,
    [
      ...FLAGS,
      `-I${join(tensorFlow, 'include')}`,
      `-I${dirname(require.resolve('node-api-headers/include/node_api.h'))}`,
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name)),
      ...['-o', partial, `-L${join(tensorFlow, 'lib')}`, '-ltensorflow', '-ltensorflow_framework', RUN_PATH],
    ],
    { signal: context.signal },
  );
  if (status !== 0) {
    await rm(partial, { force: true });
    throw new AttuneError('setup-missing', `${compiler} could not compile TensorFlow's binding.\n${lastLines(stderr, 6)}`, {
      remedy: 'A compiler that knows C++17 is needed (g++ 9 or later); CXX names the one to use.',
    });
  }
  await rename(partial, binding);
  return binding;
}

/** A name for what the binding is compiled from, so that another version of the package gets another binding. */
async function digestOf(sources: string): Promise<string> {
  const hash = createHash('sha256').update(FLAGS.join(' ')).update(RUN_PATH);
  for (const name of (await readdir(sources)).sort()) hash.update(name).update(await readFile(join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}
