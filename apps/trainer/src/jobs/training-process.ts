import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { readProgressLine, type ProgressLine } from './progress-line';

/** How a training ended. */
export interface TrainingOutcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Its last words for people: of a failed one, why it failed and what to do. */
  readonly words: string;
}

/** What a training is started with. */
export interface TrainingCommand {
  /** JavaScript file that takes what `attune` takes. */
  readonly program: string;
  readonly args: readonly string[];
  /** Everything that it sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the training; its path stands in the arguments, by which a process that outlived the service is known. */
  readonly folder: string;
}

/** Lines for people that are kept. */
const LAST_LINES = 20;
const PID_FILE = 'pid';
const POLL_MS = 50;
/** Looks for a killed process before it is given up. */
const MOST_POLLS = 200;

/** A training that runs as a process of its own. */
export class TrainingProcess {
  readonly ended: Promise<TrainingOutcome>;
  private readonly words: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    onProgress: (line: ProgressLine) => void,
  ) {
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        const progress = readProgressLine(line);
        if (progress !== undefined) onProgress(progress);
        else if (line.trim() !== '') this.words.splice(0, this.words.length - LAST_LINES + 1, ...this.words.slice(-LAST_LINES + 1), line);
      });
    }
    this.ended = once(child, 'close').then(([status, signal]: unknown[]) => ({
      status: status as number | null,
      signal: signal as NodeJS.Signals | null,
      words: lastWords(this.words),
    }));
  }

  /** @throws AttuneError `training-failed` where it cannot be started */
  static async start(command: TrainingCommand, onProgress: (line: ProgressLine) => void): Promise<TrainingProcess> {
    // In a group of its own, so that Ctrl-C in a terminal reaches it once: through `stop`.
    const child = spawn(process.execPath, [command.program, ...command.args], {
      cwd: command.folder,
      env: command.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const training = new TrainingProcess(child, onProgress);
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new AttuneError('training-failed', 'The training could not be started.', { cause });
    }
    await writeFile(join(command.folder, PID_FILE), String(child.pid));
    return training;
  }

  /** Asks it to end, kills it where it has not after some milliseconds, and waits for its end. A run that has learnt keeps its checkpoint. */
  async stop(patience: number): Promise<void> {
    this.child.kill('SIGINT');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), patience);
    await this.ended.finally(() => clearTimeout(timer));
  }
}

/**
 * Ends what is left of a training whose service was killed: two must not write the same folder.
 *
 * @throws AttuneError `conflict` where it does not end
 */
export async function endStrayTraining(folder: string): Promise<void> {
  const file = join(folder, PID_FILE);
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  for (let polls = 0; pid > 1 && isTraining(pid, folder); polls++) {
    if (polls > MOST_POLLS) throw new AttuneError('conflict', `The process ${pid} still trains in ${folder}.`, { remedy: 'End it.' });
    process.kill(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  await rm(file, { force: true });
}

/** Whether a process is the training of a folder: its number may be another's by now. Where there is no /proc, a training ends by itself when nobody reads its progress. */
function isTraining(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

/** Why a training that did not end well failed, for people. */
export function failureOf({ status, signal, words }: TrainingOutcome): string {
  if (signal === 'SIGKILL') return 'The training was killed, as where there is not enough memory: try a smaller batchSize or maxLength.';
  if (signal !== null) return `The training was ended by ${signal}. ${words}`.trim();
  return words === '' ? `The training ended with status ${String(status)}.` : words;
}

/** From the line on that the command line begins an error with. */
function lastWords(lines: readonly string[]): string {
  const start = lines.findLastIndex((line) => line.startsWith('attune:'));
  return lines
    .slice(Math.max(start, 0))
    .join('\n')
    .replace(/^attune: /, '');
}
