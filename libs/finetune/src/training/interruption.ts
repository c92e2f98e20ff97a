import { setImmediate as nextTurn } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';

export const RESUME_REMEDY = 'The same command with --resume goes on from there.';

/**
 * Lets signals be handled: a call of TensorFlow blocks the thread that would hear them.
 *
 * @throws AttuneError `interrupted` where one has aborted the run
 */
export async function pauseForSignals(signal: AbortSignal): Promise<void> {
  await nextTurn();
  stopIfAborted(signal);
}

/** @throws AttuneError `interrupted` where the run is aborted */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AttuneError('interrupted', 'Interrupted before anything was written.', { remedy: 'Run the same command again.' });
}

export function isInterruption(error: unknown): boolean {
  return error instanceof AttuneError && error.code === 'interrupted';
}
