import type { AttuneError } from '@attune/artifact';
import { CommanderError } from 'commander';
import { environment } from './environment';
import { messageColours, printMessage } from './terminal';

/** 0: done; 1: the work failed; 2: the command was used wrongly. */
export type ExitStatus = 0 | 1 | 2;

const FILE_FAULTS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a file stands where a folder is needed',
  EISDIR: 'is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
};

/**
 * Tells the reader what went wrong, on stderr, and returns the exit status that says so. No stack trace, unless
 * ATTUNE_DEBUG is set. Commander has printed its own usage errors already.
 */
export async function reportError(error: unknown): Promise<ExitStatus> {
  if (error instanceof CommanderError) return usageStatus(error);
  const colours = messageColours();
  const known = await asAttuneError(error);
  if (known !== undefined) {
    printMessage(`${colours.red('attune:')} ${known.message}`);
    if (known.remedy !== undefined) printMessage(known.remedy);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    printMessage(`${colours.red('attune:')} unexpected error: ${message.split('\n')[0]}`);
    if (!environment.debug) printMessage('Set ATTUNE_DEBUG=1 to see where it came from.');
  }
  if (environment.debug) printMessage(stackOf(error));
  return known?.exitStatus ?? 1;
}

/** Help and version that were asked for are no error; everything else that commander throws is wrong use. */
function usageStatus(error: CommanderError): ExitStatus {
  return error.exitCode === 0 ? 0 : 2;
}

async function asAttuneError(error: unknown): Promise<AttuneError | undefined> {
  const { AttuneError, fileErrorCode } = await import('@attune/artifact');
  if (error instanceof AttuneError) return error;
  const code = fileErrorCode(error);
  if (code === 'ABORT_ERR') return new AttuneError('interrupted', 'Interrupted.', { cause: error });
  const fault = code === undefined ? undefined : FILE_FAULTS[code];
  if (fault === undefined) return undefined;
  const path = typeof error === 'object' && error !== null && 'path' in error ? `${String(error.path)}: ` : '';
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new AttuneError(isFull ? 'disk-full' : 'missing-file', `${path}${fault}.`, { cause: error });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
