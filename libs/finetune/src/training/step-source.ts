import type { NamedTensor } from '@attune/artifact';
import type { DropoutSource } from '../layers/dropout';

/** The step that a part belongs to. */
export interface StepContext {
  dropout: DropoutSource;
  /** Its number, from 0, which decides the masks. */
  step: number;
  /** To be called before each pass: lets signals be heard, and throws where one stops the run. */
  pause: () => Promise<void>;
}

/** One part of an optimiser step: passes over some rows. */
export interface StepPart {
  /** Runs the passes, collects gradients in the parameters and returns the loss. */
  run(context: StepContext): Promise<number>;
  /** Names of its rows, for a message. */
  rowNames(): string[];
}

/** Rows of one kind, as parts of steps. A step of several kinds of rows adds up their gradients. */
export interface StepSource {
  /** Rows of an epoch. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  /** An epoch's parts in order. They follow from the seed, the epoch, and the weights as it begins. */
  plan(epoch: number): Promise<StepPart[]>;
  /** What `plan` took from the weights, for a checkpoint in the middle of an epoch. */
  state?(): Map<string, NamedTensor>;
  restore?(state: ReadonlyMap<string, NamedTensor>): void;
}

/** Spreads the parts of several sources evenly over an epoch's steps: as many as the longest has. */
export async function spreadParts(sources: readonly StepSource[], epoch: number): Promise<StepPart[][]> {
  const steps: StepPart[][] = Array.from({ length: stepsOf(sources) }, () => []);
  for (const source of sources) {
    const parts = await source.plan(epoch);
    parts.forEach((part, place) => steps[Math.floor((place * steps.length) / parts.length)].push(part));
  }
  return steps;
}

/** Steps of an epoch. */
export function stepsOf(sources: readonly StepSource[]): number {
  return Math.max(...sources.map(({ stepsPerEpoch }) => stepsPerEpoch));
}
