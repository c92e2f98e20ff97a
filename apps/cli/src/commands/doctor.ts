import type { DoctorCheck } from '@attune/setup';
import type { Command } from 'commander';
import { printJson, printResult, resultColours } from '../terminal';

/** `attune doctor`: says what works on this machine, what does not, and what to do about it. Status 1 where something fails. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what works on this machine and what is missing')
    .option('--json', 'one line of JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { runDoctor } = await import('@attune/setup');
      const checks = await runDoctor();
      if (json === true) printJson({ checks });
      else printChecks(checks);
      if (checks.some(({ status }) => status === 'failed')) process.exitCode = 1;
    });
}

function printChecks(checks: readonly DoctorCheck[]): void {
  const colours = resultColours();
  const marks = { ok: colours.green('✓'), warning: colours.yellow('!'), failed: colours.red('✗') };
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, status, detail, remedy } of checks) {
    printResult(`${marks[status]} ${name.padEnd(width)}  ${detail}`);
    if (remedy !== undefined) printResult(`  ${' '.repeat(width)}  ${colours.bold(remedy.replaceAll('\n', `\n  ${' '.repeat(width)}  `))}`);
  }
}
