import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnAttune } from '../attune-process';
import type { TrainingSummary } from '../training-summary';
import { ROOT } from './places';
import { step } from './show-service';

/** A training of a head of an application. */
export interface HeadTraining {
  readonly app: string;
  /** Folder of the head. */
  readonly out: string;
  /** Flags of `attune train` beside `--config` and `--out`. */
  readonly flags: readonly string[];
  /** Threads that multiply; default as many as there are processors. */
  readonly threads?: number;
  /** Leaves the processors to whatever else wants them. */
  readonly inBackground: boolean;
}

/** Seconds between two lines about a training. */
const BETWEEN_LINES = 5;
/** What it said last, for the case that it fails. */
const LAST_LINES = 20;
/** A task's measure that is told, the first that it has. */
const MEASURES = ['macroF1', 'microF1', 'mrr', 'ndcg@10'];

/**
 * Trains a head in a process of its own, and tells how far it is.
 *
 * @throws AttuneError `interrupted` where the signal is aborted: a run that has learnt keeps its checkpoint; `training-failed` with its last words
 */
export async function trainInProcess({ app, out, flags, threads, inBackground }: HeadTraining, signal: AbortSignal): Promise<void> {
  const { AttuneError } = await import('@attune/artifact');
  const options = ['--config', join(ROOT, `apps/${app}/head/head.yaml`), '--out', out, '--json', '--progress', 'json', ...flags];
  const child = spawnAttune(['train', ...options], {
    cwd: ROOT,
    env: { ...process.env, ...(threads !== undefined && { TF_NUM_INTRAOP_THREADS: String(threads) }) },
  });
  if (inBackground && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const killed = (): boolean => child.kill('SIGKILL');
  const interrupt = (): boolean => child.kill('SIGINT');
  process.once('exit', killed);
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  const words = tellProgress(child, app);
  let summary = '';
  child.stdout?.on('data', (chunk: Buffer) => (summary += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  process.off('exit', killed);
  signal.removeEventListener('abort', interrupt);
  if (status === 0) {
    step(`the head of ${app}: ${describe(JSON.parse(summary) as TrainingSummary)}`);
    return;
  }
  if (signal.aborted) throw new AttuneError('interrupted', `The training of the head of ${app} was interrupted.`);
  throw new AttuneError('training-failed', `The training of the head of ${app} ended with status ${status}.\n${words.join('\n')}`);
}

/** What `attune train --progress json` writes, as far as it is told. */
interface ProgressLine {
  readonly type: string;
  readonly name?: string;
  readonly step?: number;
  readonly steps?: number;
}

/** Tells now and then what a training does. @returns the last of its other lines, as they come */
function tellProgress(child: ChildProcess, app: string): string[] {
  const words: string[] = [];
  if (child.stderr === null) return words;
  let toldAt = performance.now();
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.startsWith('{')) {
      words.push(line);
      if (words.length > LAST_LINES) words.shift();
      return;
    }
    const { type, name, step: at, steps } = JSON.parse(line) as ProgressLine;
    const now = performance.now();
    if (now - toldAt < BETWEEN_LINES * 1_000) return;
    if (type === 'phase' && name !== undefined) step(`${app}: ${name}`);
    else if (type === 'step' && at !== undefined && steps !== undefined) step(`${app}: step ${at} of ${steps}`);
    else return;
    toldAt = now;
  });
  return words;
}

/** How good it is on rows that it has not seen, and how long it took. */
function describe({ tasks, metrics, seconds }: Pick<TrainingSummary, 'tasks' | 'metrics' | 'seconds'>): string {
  const figures =
    tasks === undefined
      ? { '': metrics }
      : Object.fromEntries(Object.entries(tasks).map(([name, one]) => [name, one.test ?? one.validation]));
  const told = Object.entries(figures).flatMap(([name, figure]) => {
    const measure = MEASURES.find((one) => figure[one] !== undefined);
    return measure === undefined ? [] : [`${name} ${measure} ${figure[measure].toFixed(3)}`.trim()];
  });
  return `${told.join(', ')} on held-out data, after ${Math.round(seconds)} s`;
}
