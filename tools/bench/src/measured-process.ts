import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { AttuneError } from '@attune/artifact';

/** A process that ran to its end. */
export interface ProcessRun {
  /** Seconds on the clock, from start to exit. */
  wallSeconds: number;
  /** Largest resident memory of the process in bytes; undefined where the system does not tell. */
  peakMemory: number | undefined;
  stdout: string;
}

/** Milliseconds between two looks at the memory. The system keeps the peak, so only the very last moments can be missed. */
const LOOK_EVERY = 100;
const LAST_WORDS = 4000;

/**
 * Runs a command to its end.
 *
 * @throws AttuneError with its last words where it fails
 */
export async function runMeasured(name: string, command: string, args: readonly string[], environment = process.env): Promise<ProcessRun> {
  const startedAt = performance.now();
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let lastWords = '';
  let peakMemory: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS)));
  const looking = setInterval(() => (peakMemory = peakMemoryOf(child.pid) ?? peakMemory), LOOK_EVERY);
  try {
    const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (status !== 0) throw new AttuneError('training-failed', `${name} ended with status ${status}.\n${lastWords.trim()}`);
    return { wallSeconds: (performance.now() - startedAt) / 1000, peakMemory, stdout };
  } finally {
    clearInterval(looking);
  }
}

/** The kernel's high-water mark of a process (`VmHWM`); Linux only. */
function peakMemoryOf(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    // It ended between the two calls.
    return undefined;
  }
}
