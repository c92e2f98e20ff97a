import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { causeOfDeath, lastLines, runProcess } from './processes';
import { probeTensorFlow } from './probe-tensorflow';
import { findCompiler, findPip, hasNvidiaGpu, howToInstall, isAtLeast } from './requirements';
import { setupStatus, type SetupStatus } from './status';
import { DEFAULT_ENCODER } from './wheels';

/** The oldest Node that everything here is made for; package.json says the same to npm. */
const MINIMUM_NODE = '20.19';
/** Training the default encoder peaks below this many bytes. */
const MEMORY_FOR_TRAINING = 2.5e9;
/** Bytes that the set-up of the CPU variant and a few models take. */
const DISK_FOR_WORK = 2e9;
const RUN_SETUP = 'Run: npx attune setup';

/** One thing that the doctor looked at. */
export interface DoctorCheck {
  readonly name: string;
  /** `warning`: work is possible, with less; `failed`: some verbs will not work. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, as a clause. */
  readonly detail: string;
  /** What to do, where something is to be done. */
  readonly remedy?: string;
}

/**
 * Looks at everything that training and serving need on this machine. Native libraries are loaded in child processes,
 * so that one that crashes is reported and not suffered. Never throws.
 */
export async function runDoctor(): Promise<DoctorCheck[]> {
  const status = await setupStatus();
  return [
    nodeCheck(),
    ...(await Promise.all([
      processorCheck(),
      memoryCheck(),
      diskCheck(status.cache),
      pipCheck(status),
      compilerCheck(status),
      tensorFlowCheck(status),
      gpuCheck(status),
      encoderCheck(status),
      onnxRuntimeCheck(),
    ])),
  ];
}

function nodeCheck(): DoctorCheck {
  const found = { name: 'Node', detail: `${process.version} on ${process.platform} ${process.arch}` };
  if (isAtLeast(process.versions.node, MINIMUM_NODE)) return { ...found, status: 'ok' };
  return { ...found, status: 'failed', remedy: `Node ${MINIMUM_NODE} or later is needed.` };
}

/** The instructions for products of bfloat16 matrices, as Linux names them in /proc/cpuinfo. */
const BFLOAT16_FLAGS = ['avx512_bf16', 'amx_bf16', 'bf16'];

async function processorCheck(): Promise<DoctorCheck> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const flags = bfloat16Flags(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
  const products =
    flags.length > 0 ? `bf16 products in hardware (${flags.join(', ')})` : 'no bf16 products in hardware, so training computes in fp32';
  return { name: 'Processor', status: 'ok', detail: `${model}, ${availableParallelism()} threads, ${products}` };
}

/** Which bfloat16 instructions the text of /proc/cpuinfo names; none where there is no such file. */
export function bfloat16Flags(cpuinfo: string): string[] {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? '';
  const flags = new Set(line.split(/\s+/));
  return BFLOAT16_FLAGS.filter((flag) => flags.has(flag));
}

async function memoryCheck(): Promise<DoctorCheck> {
  // What can be had without swapping: Linux counts its file caches there, which freemem() does not.
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  const available = kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
  const found = { name: 'Memory', detail: `${gigabytes(available)} available of ${gigabytes(totalmem())}` };
  if (available >= MEMORY_FOR_TRAINING) return { ...found, status: 'ok' };
  return { ...found, status: 'warning', remedy: `Training the default encoder takes up to ${gigabytes(MEMORY_FOR_TRAINING)}.` };
}

async function diskCheck(cache: string): Promise<DoctorCheck> {
  const folder = await nearestFolder(cache);
  const { bavail, bsize } = await statfs(folder);
  const found = { name: 'Cache', detail: `${cache}, ${gigabytes(bavail * bsize)} free` };
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return { ...found, status: 'failed', remedy: 'It cannot be written to. Let ATTUNE_CACHE name a folder that can be.' };
  if (bavail * bsize >= DISK_FOR_WORK) return { ...found, status: 'ok' };
  return { ...found, status: 'warning', remedy: 'Free some space, or let ATTUNE_CACHE name a folder on a larger disk.' };
}

async function nearestFolder(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere ? path : nearestFolder(dirname(path));
}

async function pipCheck({ tensorFlow, encoder }: SetupStatus): Promise<DoctorCheck> {
  const pip = await findPip();
  if (pip !== undefined) return { name: 'pip', status: 'ok', detail: `${pip.version} of ${pip.python}` };
  const isDone = tensorFlow !== undefined && encoder !== undefined;
  return { name: 'pip', status: isDone ? 'ok' : 'failed', detail: 'python3 with pip is not installed', ...needed(isDone, 'pip') };
}

async function compilerCheck({ tensorFlow }: SetupStatus): Promise<DoctorCheck> {
  const compiler = await findCompiler();
  if (compiler !== undefined) return { name: 'C++ compiler', status: 'ok', detail: compiler.version };
  const isDone = tensorFlow !== undefined;
  return { name: 'C++ compiler', status: isDone ? 'ok' : 'failed', detail: 'none is installed', ...needed(isDone, 'compiler') };
}

/** What is only there to set up is no fault once that is done. */
function needed(isDone: boolean, what: 'pip' | 'compiler'): Pick<DoctorCheck, 'remedy'> {
  return isDone ? {} : { remedy: howToInstall(what) };
}

async function tensorFlowCheck({ tensorFlow }: SetupStatus): Promise<DoctorCheck> {
  const name = 'TensorFlow';
  if (tensorFlow === undefined) return { name, status: 'failed', detail: 'not set up, so training does not work', remedy: RUN_SETUP };
  const probe = await probeTensorFlow(tensorFlow.binding);
  if (!probe.loads) return { name, status: 'failed', detail: `does not load. ${probe.why}`, remedy: RUN_SETUP };
  const devices = probe.usesGpu ? probe.gpus.join(', ') || 'a GPU' : 'the processor';
  const source = tensorFlow.source === 'installer' ? ", from the package's own installer" : '';
  return {
    name,
    status: 'ok',
    detail: `${probe.version} for ${tensorFlow.kind === 'cuda' ? 'CUDA' : 'CPU'}${source}, computes on ${devices}`,
  };
}

async function gpuCheck({ tensorFlow }: SetupStatus): Promise<DoctorCheck> {
  if (!hasNvidiaGpu()) return { name: 'GPU', status: 'ok', detail: 'no NVIDIA GPU seen' };
  const { status, stdout } = await runProcess('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'], {
    timeout: 30_000,
  });
  const detail = status === 0 ? lastLines(stdout, 8).replaceAll('\n', '; ') : 'an NVIDIA driver is there, and nvidia-smi does not answer';
  if (tensorFlow?.kind === 'cuda') return { name: 'GPU', status: 'ok', detail };
  return { name: 'GPU', status: 'warning', detail, remedy: 'Training does not use it. Run: npx attune setup --cuda' };
}

async function encoderCheck({ encoder }: SetupStatus): Promise<DoctorCheck> {
  if (encoder !== undefined) return { name: 'Encoder', status: 'ok', detail: `${encoder.name} in ${encoder.directory}` };
  return {
    name: 'Encoder',
    status: 'failed',
    detail: `${DEFAULT_ENCODER} is not set up, so --encoder has to name another`,
    remedy: RUN_SETUP,
  };
}

/** Only the onnx library imports this package; here it is loaded in a child process, to see whether it can be. */
const ONNX_RUNTIME = 'onnxruntime-node';

async function onnxRuntimeCheck(): Promise<DoctorCheck> {
  const name = 'ONNX Runtime';
  const script = join(__dirname, 'onnxruntime-probe.cjs');
  const { status, endedBy, stdout, stderr } = await runProcess(process.execPath, [script, ONNX_RUNTIME], { timeout: 60_000 });
  if (status === 0) return { name, status: 'ok', detail: lastLines(stdout, 1) };
  const why = endedBy === null ? causeOfDeath(stderr) : `It ended with ${endedBy}.`;
  return {
    name,
    status: 'failed',
    detail: `does not load, so predicting does not work. ${why}`,
    remedy: 'Run npm ci in the checkout again.',
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
