import { execFile } from 'node:child_process';
import { fileErrorCode } from '@attune/artifact';

/** How a program ended. */
export interface ProgramEnd {
  /** The program is not installed. */
  readonly missing: boolean;
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit status. */
export function runProgram(command: string, parameters: readonly string[], cwd?: string, input?: string): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(command, parameters, { cwd, maxBuffer: 2 ** 27 }, (error, stdout, stderr) => {
      resolve({ missing: error !== null && fileErrorCode(error) === 'ENOENT', ok: error === null, stdout, stderr });
    });
    // One that is not there, or ends before it has read all, says so by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
