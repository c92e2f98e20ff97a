import type { HeadConfig } from '../config/head-config';
import { padBatch, planBatches } from '../data/batches';
import type { Batch, EncodedExample } from '../data/example';
import type { StepLoss } from '../losses';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import type { StepContext, StepPart, StepSource } from './step-source';

export interface LabelledStepsOptions {
  network: TrainableNetwork;
  loss: StepLoss;
  config: Pick<HeadConfig, 'training' | 'seed'>;
  /** Rows of an epoch. */
  rows: number;
  /** The rows of an epoch, which follow from its number. */
  examplesOf: (epoch: number) => EncodedExample[];
  padTokenId: number;
  /** Names a row of the training data in a message. */
  describeRow: (index: number) => string;
}

/** Steps over labelled rows, through the heads. */
export class LabelledSteps implements StepSource {
  readonly rows: number;
  readonly stepsPerEpoch: number;

  constructor(private readonly options: LabelledStepsOptions) {
    const { batchSize, accumulate } = options.config.training;
    this.rows = options.rows;
    this.stepsPerEpoch = Math.ceil(Math.ceil(this.rows / batchSize) / accumulate);
  }

  plan(epoch: number): Promise<StepPart[]> {
    const { config, loss, examplesOf } = this.options;
    const { batchSize, accumulate } = config.training;
    const tokenBudget = config.training.tokenBudget / (loss.repeatsRows ? 2 : 1);
    const random = new Random(config.seed).fork(`epoch ${epoch}`);
    const batches = planBatches(examplesOf(epoch), { batchSize, tokenBudget, random, sort: true });
    const parts: StepPart[] = [];
    for (let i = 0; i < batches.length; i += accumulate) parts.push(this.part(batches.slice(i, i + accumulate).flat()));
    return Promise.resolve(parts);
  }

  /** @param microBatches rows that go through the network together */
  private part(microBatches: EncodedExample[][]): StepPart {
    return {
      run: (context) => this.run(microBatches, context),
      rowNames: () => microBatches.flatMap((rows) => rows.map(({ index }) => this.options.describeRow(index))),
    };
  }

  private async run(microBatches: EncodedExample[][], { dropout, step, pause }: StepContext): Promise<number> {
    const { network, loss, padTokenId } = this.options;
    const batches = microBatches.map((rows): Batch => padBatch(loss.repeatsRows ? [...rows, ...rows] : rows, padTokenId));
    const weights = addUp(batches.map((batch) => loss.weights(batch.targets, batch.rows)));
    let total = 0;
    for (const [i, batch] of batches.entries()) {
      await pause();
      dropout.startStep(step, i);
      const pass = network.train(batch, dropout);
      const { loss: part, gradient } = loss.evaluate(pass.logits, batch.targets, batch.rows, weights);
      pass.backward(gradient);
      total += part;
    }
    return total;
  }
}

/** Sums of several rows of weights, column by column. */
function addUp(rows: number[][]): number[] {
  return rows.reduce((sums, row) => sums.map((sum, column) => sum + row[column]));
}
