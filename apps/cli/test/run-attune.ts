import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { compiledProgram } from '@attune/testing';
import { run } from '../src/run';

const BIN = resolve(__dirname, '../bin/attune.js');

/** What a process of the command line left behind. */
export interface AttuneRun {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the process once it runs, to send it signals or read it as it goes. */
  onStart?: (process: ChildProcess) => void;
}

/** Runs the real `attune` in a process of its own, with pipes instead of a terminal. */
export async function runAttune(args: readonly string[], { cwd, env, onStart }: RunOptions = {}): Promise<AttuneRun> {
  const program = await compiledProgram(BIN);
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '', FORCE_COLOR: undefined, ATTUNE_DEBUG: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', fail);
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
    onStart?.(child);
  });
}

/** Runs a command line within this process, which takes a fraction of the time; `folder` is its working directory. */
export async function runInProcess(args: readonly string[], folder: string): Promise<Pick<AttuneRun, 'status' | 'stdout' | 'stderr'>> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const home = process.cwd();
  process.chdir(folder);
  try {
    const status = await run(args);
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(home);
    stdout.restore();
    stderr.restore();
  }
}

function capture(stream: NodeJS.WriteStream): { text: () => string; restore: () => void } {
  const chunks: string[] = [];
  const spy = jest.spyOn(stream, 'write').mockImplementation((chunk) => chunks.push(String(chunk)) > 0);
  return { text: () => chunks.join(''), restore: () => spy.mockRestore() };
}
