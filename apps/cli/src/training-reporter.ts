import type { TrainingEvent, TrainingResult } from '@attune/finetune';

/** How `attune train` tells of its progress. */
export const PROGRESS_FORMATS = ['text', 'json'] as const;
export type ProgressFormat = (typeof PROGRESS_FORMATS)[number];

/** What the last line of a run tells. */
export type FinishedRun = Pick<TrainingResult, 'directory' | 'seconds' | 'trainableParameters' | 'totalParameters'>;

/** Tells of a training run on stderr as it goes. */
export interface TrainingReporter {
  /** One event of the run. */
  show(event: TrainingEvent): void;
  /** A remark. */
  note(message: string): void;
  /** Ends what is drawn. */
  stop(): void;
  /** The last line of a run: where the head is and what it took. */
  finish(result: FinishedRun): void;
}
