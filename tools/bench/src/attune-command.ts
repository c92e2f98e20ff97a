import { join } from 'node:path';

const ATTUNE = join(__dirname, '../../../apps/cli/bin/attune.js');

/** Program and arguments that run `attune` from this checkout. */
export function attuneCommand(...args: string[]): { command: string; args: string[] } {
  return { command: process.execPath, args: [ATTUNE, ...args] };
}

/** The last line of a program's output, as JSON. */
export function lastJsonLine(stdout: string): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}
