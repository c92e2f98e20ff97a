import { reportError } from './report-error';
import { run } from './run';

// The reader of a pipe may leave early (`attune predict … | head`): that is the end of the work, not a failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}
const fail = (error: unknown): void => void reportError(error).then((status) => process.exit(status));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

void run(process.argv.slice(2)).then((status) => {
  if (status !== 0) process.exitCode = status;
});
