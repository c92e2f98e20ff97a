import { execFile } from 'node:child_process';
import { fileErrorCode } from '@attune/artifact';

export interface ProgramResult {
  /** The program is not installed. */
  readonly missing: boolean;
  readonly ok: boolean;
  /** Standard output and standard error, one after the other. */
  readonly output: string;
}

/** Runs a program to its end and returns what it said, whatever its exit status. */
export function runProgram(command: string, args: readonly string[], cwd?: string): Promise<ProgramResult> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const missing = error !== null && fileErrorCode(error) === 'ENOENT';
      resolve({ missing, ok: error === null, output: `${stdout}${stderr}` });
    });
  });
}

/** The last lines that say something, for an error's text. */
export function lastLines(text: string, count = 6): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
