import type { Manifest } from '@attune/artifact';
import type { JobEnd } from './job-repository';
import type { ProgressLine } from './progress-line';
import type { TrainingOutcome } from './training-process';

/** Where a job works. */
export interface JobPlace {
  /** Its own, kept until it has ended. */
  readonly folder: string;
  /** Where its model goes, inside the folder. */
  readonly model: string;
}

/** What is different between kinds of jobs: what the command line is asked for, and what its end means. */
export interface JobRecipe {
  /** Writes what the command line reads, where it is not there from an attempt before. @returns its arguments */
  prepare(place: JobPlace, onProgress: (line: ProgressLine) => void): Promise<string[]>;
  /** Whether all that is needed beside the model is there: a process may be killed after it wrote the model. */
  isReported(place: JobPlace): boolean;
  /** What a process came to that left no model. */
  unfinished(place: JobPlace, outcome: TrainingOutcome): Promise<JobEnd>;
  /** What is left to do once the version is in the model store. */
  stored(place: JobPlace, manifest: Manifest): Promise<JobEnd>;
}
