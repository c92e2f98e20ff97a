import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileErrorCode } from '@attune/artifact';
import { environment } from './environment';

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the process is killed. */
  readonly timeout?: number;
  /** Told each line of standard output as it comes; without it the output is collected. */
  readonly onLine?: (line: string) => void;
}

export interface ProcessResult {
  /** The program is not installed. */
  readonly missing: boolean;
  /** Exit status; null where a signal ended the process. */
  readonly status: number | null;
  readonly endedBy: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end and returns what it said, whatever its exit status.
 *
 * @throws the AbortError of `signal`, once the program has ended because of it
 */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const { cwd, env, signal, timeout, onLine } = options;
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd, env: env ?? environment.withChanges({}) });
    const stop = (): void => void child.kill('SIGTERM');
    const timer = timeout === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeout);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    if (onLine === undefined) child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    else createInterface({ input: child.stdout }).on('line', onLine);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      settle();
      const code = fileErrorCode(error);
      if (code === 'ENOENT' || code === 'EACCES') resolve({ missing: true, status: null, endedBy: null, stdout, stderr });
      else reject(error);
    });
    child.on('close', (status, endedBy) => {
      settle();
      if (signal?.aborted === true) reject(signal.reason);
      else resolve({ missing: false, status, endedBy, stdout, stderr });
    });
  });
}

/** The last lines of a program's messages that say something, for an error's text. */
export function lastLines(text: string, count = 4): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}

/** What a program of Node's died of: the message of its error, or else its last words. */
export function causeOfDeath(stderr: string): string {
  return /^(?:\w*Error|Uncaught \w*Error): (.*)$/m.exec(stderr)?.[1] ?? lastLines(stderr, 2);
}
