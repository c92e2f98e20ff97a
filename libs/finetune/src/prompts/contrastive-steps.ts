import type { NamedTensor } from '@attune/artifact';
import { Random } from '../random';
import { MatchingSteps, type MatchingStepsOptions } from '../training/matching-steps';
import type { StepPart, StepSource } from '../training/step-source';
import { pairsOfRound, type LabelledTexts } from './few-shot-pairs';

export interface ContrastiveStepsOptions extends Omit<MatchingStepsOptions, 'matching'> {
  texts: LabelledTexts;
}

/**
 * Steps over pairs of texts of one label, with pairs of their own for each epoch: a text is to be nearer to its partner than to the
 * texts of other labels in the batch and to those that the encoder takes for it as the epoch begins.
 */
export class ContrastiveSteps implements StepSource {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  private round: MatchingSteps | undefined;
  private restored: ReadonlyMap<string, NamedTensor> | undefined;

  constructor(private readonly options: ContrastiveStepsOptions) {
    const { batchSize, accumulate } = options.config.training;
    this.rows = options.texts.rows;
    this.stepsPerEpoch = Math.ceil(Math.ceil(this.rows / batchSize) / accumulate);
  }

  plan(epoch: number): Promise<StepPart[]> {
    const { texts, ...options } = this.options;
    const matching = pairsOfRound(texts, new Random(options.config.seed).fork(`round ${epoch}`));
    this.round = new MatchingSteps({ ...options, matching });
    if (this.restored) this.round.restore(this.restored);
    this.restored = undefined;
    return this.round.plan(epoch);
  }

  state(): Map<string, NamedTensor> {
    return this.round?.state() ?? new Map<string, NamedTensor>();
  }

  restore(state: ReadonlyMap<string, NamedTensor>): void {
    this.restored = state;
  }
}
