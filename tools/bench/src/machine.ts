import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Where and on what a result was measured. */
export interface Circumstances {
  date: string;
  commit: string;
  processor: string;
  node: string;
}

/** The circumstances of a measurement that is made now, with the checkout that this file lies in. */
export function circumstances(): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(__dirname),
    processor: processorName(),
    node: process.version,
  };
}

function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ', with local changes';
    return git('rev-parse', '--short=12', 'HEAD') + changed;
  } catch {
    return 'not a git checkout';
  }
}

function processorName(): string {
  const processors = cpus();
  return processors.length === 0 ? 'unknown' : `${processors[0].model.trim()}, ${processors.length} threads`;
}

/** Share of the processors' time above which a machine counts as busy. */
const BUSY = 0.1;
const LOOK_MILLISECONDS = 2000;

/** How a machine was before a measurement, and what that means for a Python peer. */
export interface MachineState {
  busy: boolean;
  /** For the result's page. */
  note: string;
  /** Environment of PyTorch processes. */
  peerEnvironment: NodeJS.ProcessEnv;
}

/**
 * Looks for two seconds how much of the processors others use. PyTorch's OpenMP threads spin while they wait for each
 * other; where a thread has lost its processor to somebody else, that makes a step ten times as long, and a comparison
 * worthless. On a busy machine its threads are therefore told to sleep instead, which is the quicker for them there.
 */
export async function lookAtMachine(): Promise<MachineState> {
  const before = processorTimes();
  await pause(LOOK_MILLISECONDS);
  const after = processorTimes();
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
  const percent = `${Math.round(100 * busy)} %`;
  if (busy <= BUSY)
    return { busy: false, note: `Other work used ${percent} of the processors at the start.`, peerEnvironment: process.env };
  return {
    busy: true,
    note: `Other work used ${percent} of the processors at the start, so PyTorch ran with OMP_WAIT_POLICY=passive, the quicker for it then. Wall times are not those of a quiet machine.`,
    peerEnvironment: { ...process.env, OMP_WAIT_POLICY: 'passive' },
  };
}

/** Milliseconds of all processors since the machine started: those without work, and all. */
export function processorTimes(): { idle: number; all: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}
