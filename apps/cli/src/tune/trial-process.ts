import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Parameters } from '@attune/finetune';
import { spawnAttune } from '../attune-process';
import type { TrialLine } from './trial-line';

/** What a trial is started with. */
export interface TrialStart {
  /** head.yaml of the study. */
  config: string;
  /** Values over it. */
  parameters: Parameters;
  /** Folder beside which its checkpoint is kept. */
  folder: string;
  /** Trials at once, which share the processors. */
  parallel: number;
}

/** How a trial's process ended. */
export interface TrialEnd {
  status: number | null;
  /** Why it failed, for people. */
  words: string;
}

/** Lines of its messages that are kept. */
const LAST_LINES = 20;

/** A trial in a process of its own: TensorFlow's memory goes with it, and it can be ended at any moment. */
export class TrialProcess {
  readonly ended: Promise<TrialEnd>;
  private readonly child: ChildProcess;

  constructor({ config, parameters, folder, parallel }: TrialStart, onLine: (line: TrialLine) => void) {
    const args = ['tune-trial', '--config', config, '--parameters', JSON.stringify(parameters), '--folder', folder];
    this.child = spawnAttune(args, { env: { ...process.env, ...threadsOf(parallel) } });
    const words: string[] = [];
    const { stdout, stderr } = this.child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => onLine(JSON.parse(line) as TrialLine));
    if (stderr !== null) createInterface({ input: stderr }).on('line', (line) => words.push(...(line.trim() === '' ? [] : [line])));
    this.ended = once(this.child, 'close').then(([status]: unknown[]) => ({ status: status as number | null, words: lastWords(words) }));
  }

  /** Asks it to end with a checkpoint. */
  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** Ends it at once: what it has learnt is not wanted. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Threads of each of several trials, so that together they take the processors once. */
function threadsOf(parallel: number): Record<string, string> {
  if (parallel === 1) return {};
  const threads = String(Math.max(1, Math.floor(availableParallelism() / parallel)));
  return { TF_NUM_INTRAOP_THREADS: threads, OMP_NUM_THREADS: threads };
}

/** From the line on that the command line begins an error with. */
function lastWords(lines: readonly string[]): string {
  const start = Math.max(
    0,
    lines.findLastIndex((line) => line.includes('attune:')),
  );
  return lines
    .slice(start)
    .slice(0, LAST_LINES)
    .join(' ')
    .replace(/^.*attune:\S* /, '');
}
