import { AttuneError } from '@attune/artifact';
import { planBatches } from '../data/batches';
import type { EncodedExample } from '../data/example';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import type { StepContext, StepPart, StepSource } from '../training/step-source';
import type { AskWords } from './asked-words';
import type { TextRow } from './text-rows';

export interface WordStepsOptions {
  network: TrainableNetwork;
  ask: AskWords;
  /** Rows of an epoch, as a stream, and how many they are. */
  rowsOf: (epoch: number) => AsyncGenerator<TextRow>;
  rows: number;
  /** Rows an optimiser step sees. */
  batchSize: number;
  /** Most tokens, padding counted, that go through the network at once. */
  tokenBudget: number;
  padTokenId: number;
  seed: number;
}

/** Steps for which rows are taken from the stream at once, so that those of like length come together. */
const STEPS_AT_ONCE = 50;

/** Rows of a step that go through the network one batch after the other, and where they come from. */
interface PlannedStep {
  batches: EncodedExample[][];
  origins: string[];
}

/** Steps of language-model training over a stream of rows: a part of a step takes its rows from the stream when it runs. */
export class WordSteps implements StepSource {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  private stream: StepStream | undefined;

  constructor(private readonly options: WordStepsOptions) {
    this.rows = options.rows;
    this.stepsPerEpoch = Math.ceil(options.rows / options.batchSize);
  }

  async plan(epoch: number): Promise<StepPart[]> {
    await this.close();
    const stream = new StepStream(this.plannedSteps(epoch));
    this.stream = stream;
    return Array.from({ length: this.stepsPerEpoch }, (_, place) => ({
      run: async (context) => this.run(await stream.at(place), context),
      rowNames: () => stream.origins,
    }));
  }

  /** Lets go of the files. */
  async close(): Promise<void> {
    await this.stream?.close();
    this.stream = undefined;
  }

  private async *plannedSteps(epoch: number): AsyncGenerator<PlannedStep> {
    const { rowsOf, batchSize } = this.options;
    const random = new Random(this.options.seed).fork(`steps ${epoch}`);
    let taken: TextRow[] = [];
    for await (const row of rowsOf(epoch)) {
      taken.push(row);
      if (taken.length < STEPS_AT_ONCE * batchSize) continue;
      yield* this.planned(taken, random);
      taken = [];
    }
    yield* this.planned(taken, random);
  }

  private *planned(rows: TextRow[], random: Random): Generator<PlannedStep> {
    const { batchSize, tokenBudget } = this.options;
    const examples = rows.map(({ inputIds }, index): EncodedExample => ({ inputIds, target: 0, index }));
    for (const batches of planBatches(examples, { batchSize, tokenBudget, random, sort: true })) {
      yield { batches, origins: batches.flat().map(({ index }) => rows[index].origin) };
    }
  }

  private async run({ batches }: PlannedStep, { dropout, step, pause }: StepContext): Promise<number> {
    const { network, ask, padTokenId, seed } = this.options;
    const random = new Random(seed).fork(`words ${step}`);
    const asked = batches.map((rows) => ask(rows, padTokenId, () => random));
    const words = asked.reduce((sum, { places }) => sum + places.length, 0);
    let total = 0;
    for (const [i, one] of asked.entries()) {
      await pause();
      dropout.startStep(step, i);
      const { losses, backward } = network.trainMaskedLm(one.batch, one.places, one.words, dropout);
      backward(1 / words);
      for (const loss of losses) total += loss / words;
    }
    return total;
  }
}

/** A stream of steps that is asked for one after the other; the first ones may be passed over. */
class StepStream {
  private next = 0;
  private current: PlannedStep | undefined;

  constructor(private readonly steps: AsyncGenerator<PlannedStep>) {}

  /** Where the rows of the step at hand come from. */
  get origins(): string[] {
    return this.current?.origins ?? [];
  }

  async at(place: number): Promise<PlannedStep> {
    while (this.next <= place || this.current === undefined) {
      const { value, done } = await this.steps.next();
      if (done) {
        throw new AttuneError('bad-data', 'The texts have become fewer since training began.', {
          remedy: 'Leave the files as they are while they are learned from.',
        });
      }
      this.current = value;
      this.next++;
    }
    return this.current;
  }

  async close(): Promise<void> {
    await this.steps.return(undefined);
  }
}
