import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { AttuneError } from '@attune/artifact';
import { processorTimes } from './machine';

/** A process that ran to its end. */
export interface ProcessRun {
  /** Seconds on the clock, from start to exit. */
  wallSeconds: number;
  /** Seconds of all the process's threads, in user and system mode; undefined where the system does not tell. */
  cpuSeconds: number | undefined;
  /** Share of the machine's processor time that went to other processes meanwhile; undefined where the system does not tell. */
  othersShare: number | undefined;
  /** Largest resident memory of the process in bytes; undefined where the system does not tell. */
  peakMemory: number | undefined;
  stdout: string;
}

/** Milliseconds between two looks at a process. The system keeps its peak and its sums, so only the very last moments can be missed. */
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
  let cpuSeconds: number | undefined;
  const before = processorTimes();
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS)));
  const looking = setInterval(() => {
    peakMemory = peakMemoryOf(child.pid) ?? peakMemory;
    cpuSeconds = cpuSecondsOf(child.pid) ?? cpuSeconds;
  }, LOOK_EVERY);
  try {
    const status = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (status !== 0) throw new AttuneError('training-failed', `${name} ended with status ${status}.\n${lastWords.trim()}`);
    const wallSeconds = (performance.now() - startedAt) / 1000;
    return { wallSeconds, cpuSeconds, othersShare: othersShare(before, cpuSeconds), peakMemory, stdout };
  } finally {
    clearInterval(looking);
  }
}

/** The kernel's high-water mark of a process's resident memory (`VmHWM`), in bytes; Linux only. */
export function peakMemoryOf(pid: number | undefined): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readOf(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
}

/** Ticks in a second of the times that Linux tells of processes (USER_HZ). */
const TICKS = 100;

/** `utime` and `stime` of a process, with those of its children that ended (proc_pid_stat(5), fields 14 to 17). */
function cpuSecondsOf(pid: number | undefined): number | undefined {
  const stat = readOf(pid, 'stat');
  // The program's name, in parentheses, may hold spaces; what follows it starts with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length < 15 ? undefined : fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** What the kernel tells of a process; nothing where it has ended, and on other systems than Linux. */
function readOf(pid: number | undefined, name: 'stat' | 'status'): string {
  const path = `/proc/${pid}/${name}`;
  if (!existsSync(path)) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended between the two calls.
    return '';
  }
}

function othersShare(before: ReturnType<typeof processorTimes>, own: number | undefined): number | undefined {
  const after = processorTimes();
  const all = after.all - before.all;
  if (own === undefined || all <= 0) return undefined;
  return Math.max(0, 1 - (after.idle - before.idle) / all - (1000 * own) / all);
}
