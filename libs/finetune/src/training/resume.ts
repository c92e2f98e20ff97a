import { AttuneError } from '@attune/artifact';
import type { Checkpoint, CheckpointStore } from './checkpoint';
import type { TrainingEvent } from './events';

/**
 * The checkpoint that a run goes on from; undefined, with a note, where there is none.
 *
 * @throws AttuneError `wrong-use` where it is of a run with another identity
 */
export async function checkpointToResume(
  checkpoints: CheckpointStore,
  identity: string,
  onEvent: (event: TrainingEvent) => void,
): Promise<Checkpoint | undefined> {
  const checkpoint = await checkpoints.load();
  if (!checkpoint) onEvent({ type: 'note', message: 'There is no interrupted run to resume; training starts anew.' });
  else if (checkpoint.progress.identity !== identity) {
    throw new AttuneError(
      'wrong-use',
      `The run in ${checkpoints.directory} was started with another configuration, other data or another encoder.`,
      {
        remedy: 'Give the same configuration to go on with it, or train without --resume to start anew.',
      },
    );
  }
  return checkpoint;
}
