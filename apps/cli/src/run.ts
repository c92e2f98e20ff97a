import { createProgram } from './program';
import { reportError, type ExitStatus } from './report-error';

/**
 * Runs one command line to its end; errors are told on stderr.
 *
 * @param args the command line, without the program's name
 */
export async function run(args: readonly string[]): Promise<ExitStatus> {
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(error);
  }
}
