import { environment } from './environment';
import { createProgram } from './program';
import { reportError } from './report-error';

environment.silenceTensorFlow();

// The reader of a pipe may leave early (`attune predict … | head`): that is the end of the work, not a failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}
const fail = (error: unknown): void => void reportError(error).then((status) => process.exit(status));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

async function run(): Promise<void> {
  try {
    const program = await createProgram(process.argv.slice(2));
    await program.parseAsync();
  } catch (error) {
    process.exitCode = await reportError(error);
  }
}

void run();
