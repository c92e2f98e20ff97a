import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { AttuneError } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';

export type TensorFlowModule = typeof TensorFlow;

/** An attribute of an op, as the binding takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: number | boolean | string | number[];
}

/** A tensor made by the binding. */
export interface BoundTensor {
  id: number;
  shape: number[];
  dtype: number;
}

/** The part of tfjs-node's native binding that this library calls. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): BoundTensor[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
}

const requireHere = createRequire(__filename);
let loaded: TensorFlowModule | undefined;

/**
 * Loads native TensorFlow on its first call: it takes a second and some 200 MB, which verbs that only
 * read data or serve must not pay.
 *
 * @throws AttuneError `setup-missing` where set-up has not prepared it.
 */
export function loadTensorFlow(): TensorFlowModule {
  if (loaded) return loaded;
  setEnvironment();
  replaceDeprecatedUtil();
  try {
    loadQuietly(dirname(requireHere.resolve('@tensorflow/tfjs-node-gpu/package.json')));
    loaded = requireHere('@tensorflow/tfjs-node-gpu') as TensorFlowModule;
  } catch (cause) {
    throw new AttuneError('setup-missing', `native TensorFlow cannot be loaded: ${firstLine(cause)}`, {
      remedy: 'Run `npx attune setup`, then `npx attune doctor`. Prediction, evaluation and serving work without it.',
      cause,
    });
  }
  return loaded;
}

/** The native binding under tfjs' backend. */
export function loadBinding(): Binding {
  const backend = loadTensorFlow().backend() as unknown as { binding: Binding };
  return backend.binding;
}

/** What TensorFlow and NVIDIA's libraries are told by the environment alone. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  // Keeps start-up messages off the terminal.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // TensorFlow takes oneDNN's products by itself where the processor has AVX-512 VNNI; with AVX2 alone they are quicker, too.
  TF_ENABLE_ONEDNN_OPTS: '1',
  // The binding puts tensors on the last GPU, and TensorFlow computes on the first: where there are several, one is enough.
  CUDA_VISIBLE_DEVICES: '0',
  // Memory as it is needed, rather than all of the GPU's at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // TF32 keeps 10 bits of a product's operands: what was trained would differ from what is exported by more than is allowed.
  NVIDIA_TF32_OVERRIDE: '0',
};

/** Sets what the user did not set. */
function setEnvironment(): void {
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
}

/**
 * Loads TensorFlow's library before the binding does. It prints notices on standard error while it is loaded, whatever it
 * is told of its log, and what the set-up compiled for that turns standard error off meanwhile. A package that its own
 * installer prepared has no such thing, and its notices are seen.
 */
function loadQuietly(packageDirectory: string): void {
  const loader = join(packageDirectory, 'lib/napi-v8/load_quietly.node');
  if (Number(process.env.TF_CPP_MIN_LOG_LEVEL) < 1 || !existsSync(loader)) return;
  const { load } = requireHere(loader) as { load: (path: string) => void };
  load(join(packageDirectory, 'deps/lib/libtensorflow.so'));
}

/** tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed and Node 22 warns of, and util.isArray, of which both warn. */
function replaceDeprecatedUtil(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined;
  legacy.isArray = Array.isArray;
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n')[0];
}
