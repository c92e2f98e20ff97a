import { join } from 'node:path';
import { z } from 'zod';
import { environment } from './environment';
import { causeOfDeath, lastLines, runProcess } from './processes';

/** A loading takes two seconds; a machine that swaps, or a GPU that wakes up, many more. */
const TIMEOUT = 120_000;

/** Of several GPUs training takes the first, unless the user's own CUDA_VISIBLE_DEVICES names another. */
const TRAINING_GPU = '0';

const probeSchema = z.object({ version: z.string(), usesGpu: z.boolean(), product: z.array(z.number()) });

/** What native TensorFlow said when it was loaded in a child process. */
export type TensorFlowProbe =
  | {
      readonly loads: true;
      readonly version: string;
      /** Names of the GPUs that TensorFlow computes on; empty where it computes on the processor. */
      readonly gpus: readonly string[];
      readonly usesGpu: boolean;
    }
  | { readonly loads: false; readonly why: string };

/** Loads a binding, and with it TensorFlow, in a child process and multiplies two small matrices with it. Never throws. */
export async function probeTensorFlow(binding: string, signal?: AbortSignal): Promise<TensorFlowProbe> {
  const { status, endedBy, stdout, stderr } = await runProcess(process.execPath, [join(__dirname, 'tensorflow-probe.cjs'), binding], {
    // TensorFlow names the devices it opens in its own messages, at the level of notices.
    env: { CUDA_VISIBLE_DEVICES: TRAINING_GPU, ...environment.withChanges({ TF_CPP_MIN_LOG_LEVEL: '0' }) },
    timeout: TIMEOUT,
    signal,
  });
  if (status !== 0) return { loads: false, why: explain(endedBy, stderr) };
  const found = probeSchema.parse(JSON.parse(lastLines(stdout, 1)));
  if (found.product.join() !== '19,22,43,50') return { loads: false, why: `It multiplies wrongly: ${found.product.join(', ')}.` };
  return { loads: true, version: found.version, usesGpu: found.usesGpu, gpus: gpuNames(stderr) };
}

/** The names in TensorFlow's notices: `Created device …/device:GPU:0 … name: NVIDIA H200, pci bus id: …`. */
export function gpuNames(messages: string): string[] {
  const names = [...messages.matchAll(/Created device .*device:GPU:\d+ .*name: ([^,\n]+)/g)].map(([, name]) => name ?? '');
  return [...new Set(names)];
}

function explain(endedBy: NodeJS.Signals | null, stderr: string): string {
  if (endedBy === 'SIGILL') return 'The processor lacks instructions that this TensorFlow was compiled for (AVX).';
  if (endedBy === 'SIGKILL') return 'It was killed: out of memory, or it did not answer in time.';
  if (endedBy !== null) return `It ended with ${endedBy}.`;
  return causeOfDeath(stderr);
}
