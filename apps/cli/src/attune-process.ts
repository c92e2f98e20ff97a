import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Loaded before a program: ends it when the process that started it is gone. */
export const END_WITH_PARENT = join(__dirname, 'end-with-parent.js');
const ATTUNE = join(__dirname, '../bin/attune.js');

/** Runs a command line of attune in a process of its own, which ends with this one; its output comes through pipes. */
export function spawnAttune(args: readonly string[], options: { cwd?: string; env: NodeJS.ProcessEnv }): ChildProcess {
  return spawn(process.execPath, ['-r', END_WITH_PARENT, ATTUNE, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own, so that Ctrl-C in a terminal reaches it once: through whoever started it.
    detached: true,
  });
}
