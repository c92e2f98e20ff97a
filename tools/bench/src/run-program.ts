import { AttuneError } from '@attune/artifact';
import type { Command } from 'commander';

/** Runs a command line; what failed is said with its remedy, and becomes the exit status. */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    console.error([error.message, error.remedy].filter(Boolean).join('\n'));
    process.exitCode = error.exitStatus;
  }
}
