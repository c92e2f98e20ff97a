import { cacheDirectory } from '@attune/artifact';
import { encoderDirectory, tensorFlowDirectory } from './cache';
import { isComplete } from './receipt';
import { bindingPath, readStamp, tfjsPackageDirectory } from './tfjs-package';
import { DEFAULT_ENCODER, ENCODER_WHEEL, TENSORFLOW_VERSION, tensorFlowWheels, type TensorFlowKind } from './wheels';

/** What is set up for this checkout. */
export interface SetupStatus {
  readonly cache: string;
  /** Native TensorFlow that @tensorflow/tfjs-node-gpu will load; undefined where the set-up has still to run. */
  readonly tensorFlow:
    | {
        readonly version: string;
        readonly kind: TensorFlowKind;
        /** From the wheels, or from the package's own installer. */
        readonly source: 'wheel' | 'installer';
        /** Path of the compiled binding. */
        readonly binding: string;
      }
    | undefined;
  /** The default encoder; undefined where the set-up has still to fetch it. */
  readonly encoder: { readonly name: string; readonly directory: string } | undefined;
}

/** Says what is set up, from the sizes of files alone: loads nothing and takes milliseconds. Never throws. */
export async function setupStatus(): Promise<SetupStatus> {
  const directory = encoderDirectory(DEFAULT_ENCODER);
  const hasEncoder = await isComplete(directory, [ENCODER_WHEEL.sha256]);
  return {
    cache: cacheDirectory(),
    tensorFlow: await tensorFlowStatus(),
    encoder: hasEncoder ? { name: DEFAULT_ENCODER, directory } : undefined,
  };
}

async function tensorFlowStatus(): Promise<SetupStatus['tensorFlow']> {
  const packageDirectory = findPackage();
  if (packageDirectory === undefined) return undefined;
  const stamp = await readStamp(packageDirectory);
  if (stamp === undefined) return undefined;
  const found = { kind: stamp.kind, source: stamp.source, binding: bindingPath(packageDirectory) };
  if (stamp.source === 'installer') return { ...found, version: "the package's own" };
  const wheels = tensorFlowWheels(stamp.kind, process.platform, process.arch) ?? [];
  const isWhole = await isComplete(
    tensorFlowDirectory(stamp.kind),
    wheels.map(({ sha256 }) => sha256),
  );
  return isWhole ? { ...found, version: TENSORFLOW_VERSION } : undefined;
}

function findPackage(): string | undefined {
  try {
    return tfjsPackageDirectory();
  } catch {
    return undefined;
  }
}
