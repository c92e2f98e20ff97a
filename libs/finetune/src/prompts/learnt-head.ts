import type { NamedTensor } from '@attune/artifact';
import type { ConfiguredMatching } from '../config/tasks';
import type { EncodedExample } from '../data/example';
import { evaluateClassification, type EvaluationReport } from '../evaluation/report';
import { fitWithSelectedL2, type FeatureRows } from '../heads/select-regularization';
import type { Parameter } from '../layers/parameter';
import { hostProduct } from '../native/host-product';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { buildNetwork } from '../training/build-network';
import { trainableParameters } from '../training/count-parameters';
import { overExamples } from '../training/evaluate-network';
import { checkpointJudge } from '../training/evaluate-tasks';
import type { TrainingHistory } from '../training/events';
import { passOptions, vocabularyOf } from '../training/run';
import { TrainingLoop } from '../training/training-loop';
import { checkpointsOf } from '../training/tune';
import { findTuner, type AttachedTuner } from '../tuners';
import { ContrastiveSteps } from './contrastive-steps';
import type { FewShotRun } from './few-shot-run';
import { labelVectors } from './label-vectors';

/** Strength of the output layer's penalty, relative to its features' total variance, where no rows are there to choose it. */
const RELATIVE_L2 = 1e-3;

/**
 * An encoder tuned on some rows so that texts of one label are near to each other, and an output layer fitted to its embeddings
 * (SetFit, Tunstall et al. 2022). What is kept of the encoder lies between its weights before and after, since few rows would have it
 * forget too much (WiSE-FT, Wortsman et al. 2022). It owns its network; `dispose` frees it.
 */
export class LearntHead {
  readonly network: TrainableNetwork;
  private readonly tuner: AttachedTuner;
  readonly trainableParameters: number;
  history: TrainingHistory = { losses: [], evaluations: [] };
  /** Strength of the output layer's penalty, relative to the features' total variance. */
  relativeL2 = RELATIVE_L2;

  constructor(private readonly run: FewShotRun) {
    const { config, encoder, dataset, labelRows } = run;
    this.network = buildNetwork({ config, encoder, heads: dataset.heads, vocabulary: vocabularyOf(run, labelRows) });
    this.tuner = findTuner(config.tuner.name).attach(this.network, config, new Random(config.seed).fork('tuner'), encoder);
    this.trainableParameters = trainableParameters(this.tuner, encoder);
  }

  /** What the tuner added and cannot merge. */
  get additions(): AttachedTuner['additions'] {
    return this.tuner.additions;
  }

  weights(): Map<string, NamedTensor> {
    return this.tuner.mergedWeights();
  }

  adapter(): ReturnType<NonNullable<AttachedTuner['adapter']>> | undefined {
    return this.tuner.adapter?.(this.run.config.encoder);
  }

  /**
   * Tunes the encoder on rows, with the texts that describe the labels beside them, and fits the output layer.
   *
   * @param validation rows that choose the output layer's penalty; none where it is given
   */
  async learn(rows: EncodedExample[], validation: EncodedExample[], relativeL2?: number): Promise<void> {
    const { config, options } = this.run;
    const texts = numbered([...rows, ...this.run.labelRows]);
    if (config.tuner.name !== 'head') {
      options.onEvent({ type: 'phase', name: 'training' });
      this.history = await this.contrast(texts, rows, validation);
    }
    options.onEvent({ type: 'phase', name: 'fitting the output layer' });
    await this.fitOutput(texts, numbered(validation), relativeL2);
  }

  private async contrast(texts: EncodedExample[], rows: EncodedExample[], validation: EncodedExample[]): Promise<TrainingHistory> {
    const { network, tuner, run } = this;
    const { config, encoder, options, dataset } = run;
    const { rounds, pairs, tunedShare } = config.prompt;
    const pretrained = tunedShare === 1 ? undefined : valuesOf(tuner.parameters);
    const epochs = Math.min(rounds, pairs / rows.length);
    // It is judged once, at the end; what is kept is the average of the weights there.
    const training = { ...config.training, epochs, evaluateEvery: Number.MAX_SAFE_INTEGER, keepBest: false, patience: 0 };
    const passes = passOptions(run);
    const task: ConfiguredMatching = { data: { text: config.data.text, pair: config.data.text }, loss: config.loss, weight: 1 };
    const all = [...dataset.train, ...dataset.validation];
    const rowNumbers = rows.map(({ index }) => all[index].row);
    const steps = new ContrastiveSteps({
      network,
      width: encoder.config.hiddenSize,
      ...passes,
      config: { training, seed: config.seed },
      task,
      texts: { texts, rows: rows.length, rowNumbers },
    });
    const loop = new TrainingLoop({
      network,
      tuner,
      // As for pairs alone: embeddings bear smaller steps than a head that learns anew.
      defaultLearningRate: findTuner(config.tuner.name).defaultLearningRate / 4,
      config: { ...config, training },
      sources: [steps],
      metric: checkpointJudge(config),
      judgesStart: false,
      evaluate: () => this.nearestMean(texts, validation.length > 0 ? numbered(validation) : texts),
      checkpoints: checkpointsOf(options.out),
      identity: '',
      signal: options.signal,
      onEvent: options.onEvent,
    });
    try {
      const history = await loop.run();
      if (pretrained) this.drawBack(pretrained, tunedShare);
      return history;
    } finally {
      loop.dispose();
    }
  }

  /** Puts the learning parameters between some values and those that they have, at a share of the way. */
  private drawBack(to: ReadonlyMap<string, Float32Array>, share: number): void {
    this.network.forgetWeights();
    for (const parameter of this.tuner.parameters) {
      const from = to.get(parameter.name);
      if (from) parameter.assign(parameter.toHost().values.map((value, index) => from[index] + share * (value - from[index])));
    }
  }

  /** How many rows are nearest to the mean of their own label's texts. */
  private async nearestMean(texts: EncodedExample[], rows: EncodedExample[]): Promise<EvaluationReport> {
    const { labels } = this.run.dataset;
    const { hiddenSize: width } = this.run.encoder.config;
    const sorted = labels.map((_, label) => texts.filter(({ target }) => target === label));
    const known = await this.features(numbered(sorted.flat()));
    const means = labelVectors(
      known,
      sorted.map(({ length }) => length),
      width,
    );
    const { temperature } = this.run.config.loss;
    const cosines = hostProduct(this.network.kernels)(await this.features(rows), means, rows.length, labels.length, width);
    return evaluateClassification(
      cosines.map((cosine) => cosine / temperature),
      rows.map(({ target }) => Number(target)),
      labels,
    );
  }

  private async fitOutput(texts: EncodedExample[], validation: EncodedExample[], relativeL2?: number): Promise<void> {
    const { network, run } = this;
    const train = await this.featureRows(texts);
    const chosen = validation.length === 0 ? { grid: [relativeL2 ?? RELATIVE_L2] } : {};
    const layer = fitWithSelectedL2(train, validation.length === 0 ? train : await this.featureRows(validation), {
      task: 'classification',
      width: run.encoder.config.hiddenSize,
      outputs: run.dataset.labels.length,
      matmul: hostProduct(network.kernels),
      ...chosen,
    });
    this.relativeL2 = layer.relativeL2;
    network.forgetWeights();
    network.parameter('head.output.weight').assign(layer.weight);
    network.parameter('head.output.bias').assign(layer.bias);
  }

  private async featureRows(examples: EncodedExample[]): Promise<FeatureRows> {
    return { features: await this.features(examples), rows: examples.length, targets: examples.map(({ target }) => Number(target)) };
  }

  /** Normalised embeddings `[rows × hidden]`, in the order of the examples. */
  private features(examples: EncodedExample[]): Promise<Float32Array> {
    const { network, run } = this;
    return overExamples(examples, run.encoder.config.hiddenSize, passOptions(run), (batch) => network.features(batch));
  }

  dispose(): void {
    this.tuner.dispose();
    this.network.dispose();
  }
}

function valuesOf(parameters: readonly Parameter[]): Map<string, Float32Array> {
  return new Map(parameters.map((parameter) => [parameter.name, parameter.toHost().values]));
}

/** Examples under the numbers of their places. */
export function numbered(examples: readonly EncodedExample[]): EncodedExample[] {
  return examples.map((example, index) => ({ ...example, index }));
}
