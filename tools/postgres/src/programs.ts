import { spawn } from 'node:child_process';
import { asUser, type ServerUser } from './server-user';

interface ProgramResult {
  readonly ok: boolean;
  /** Standard output and error, as they came. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly user?: ServerUser | undefined;
  readonly cwd?: string;
  /** What programs of PostgreSQL take their connection from: PGPASSWORD and the like. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. One that cannot be started is not ok, and its output says why. */
export function runProgram(command: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      ...asUser(options.user),
      cwd: options.cwd ?? '/',
      env: { ...cleanEnvironment(), ...options.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

/** This process's environment without PG* variables, which would lead PostgreSQL's programs to another server. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
}

/** The last lines that say something, for an error's text. */
export function lastLines(text: string, count = 5): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
