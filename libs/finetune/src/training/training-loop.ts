import { AttuneError, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { EvaluationReport } from '../evaluation/report';
import { DropoutSource } from '../layers/dropout';
import type { Parameter } from '../layers/parameter';
import type { TrainableNetwork } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';
import type { Anchor } from '../regularizers/anchored-penalty';
import { isHeadParameter, type AttachedTuner } from '../tuners';
import type { Checkpoint, CheckpointStore, TrainingProgress } from './checkpoint';
import type { CheckpointJudge } from './evaluate-tasks';
import type { TrainingEvent, TrainingHistory } from './events';
import { isInterruption, pauseForSignals, RESUME_REMEDY } from './interruption';
import { scheduleFactor } from './schedule';
import { StepPasses } from './step-passes';
import { spreadParts, stepsOf, type StepPart, type StepSource } from './step-source';
import { equalAverage, movingAverage, WeightAverage, type AverageShare } from './weight-average';

/** Least seconds between two checkpoints that nobody asked for: writing one must not cost more than it can save. */
const CHECKPOINT_SECONDS = 20;

export interface TrainingLoopOptions<Report> {
  network: TrainableNetwork;
  tuner: AttachedTuner;
  defaultLearningRate: number;
  config: HeadConfig;
  /** Places that weights are held at. */
  anchors?: readonly Anchor[] | undefined;
  /** What is trained on. */
  sources: readonly StepSource[];
  metric: CheckpointJudge<Report>;
  /** Whether the weights as they are at the start are a checkpoint, too: they are good for something. */
  judgesStart: boolean;
  evaluate: () => Promise<Report>;
  checkpoints: CheckpointStore;
  identity: string;
  signal: AbortSignal;
  onEvent: (event: TrainingEvent) => void;
}

/** Gradient steps over the training rows, with validation, checkpoints and the best weights restored at the end. */
export class TrainingLoop<Report = EvaluationReport> {
  private readonly optimizer: Optimizer;
  private readonly dropout: DropoutSource;
  private readonly average: WeightAverage | undefined;
  private readonly passes: StepPasses;
  private readonly stepsPerEpoch: number;
  private readonly totalSteps: number;
  private progress: TrainingProgress;
  private bestWeights: Map<string, NamedTensor> | undefined;
  private startedAt = 0;
  private savedAt = 0;
  private startStep = 0;

  constructor(private readonly options: TrainingLoopOptions<Report>) {
    const { network, config, tuner, sources } = options;
    this.optimizer = new Optimizer(network.kernels, config.optimizer);
    this.dropout = new DropoutSource(network.kernels, new Random(config.seed).fork('dropout').uint32());
    this.passes = new StepPasses({ network, tuner, config, anchors: options.anchors });
    this.stepsPerEpoch = stepsOf(sources);
    this.totalSteps = Math.max(1, Math.round(config.training.epochs * this.stepsPerEpoch));
    const share = this.averageShare();
    if (share) this.average = new WeightAverage(network.kernels, tuner.parameters, share);
    this.progress = { identity: options.identity, step: 0, losses: [], evaluations: [], evaluationsWithoutImprovement: 0, seconds: 0 };
  }

  /** Takes up a run where a checkpoint left it. */
  restore({ progress, tensors }: Checkpoint): void {
    const { tuner } = this.options;
    this.progress = progress;
    const under = (prefix: string): Map<string, NamedTensor> =>
      new Map([...tensors].flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [])));
    this.assign(under('weights/'));
    this.optimizer.restore(tuner.parameters, under('optimizer/'), progress.step);
    this.average?.restore(under('average/'));
    this.options.sources.forEach((source, place) => source.restore?.(under(`source ${place}/`)));
    const best = under('best/');
    if (best.size > 0) this.bestWeights = best;
    // They are in TensorFlow's memory now; whoever read them may still hold the map.
    tensors.clear();
  }

  /**
   * Trains to the end.
   *
   * @throws AttuneError `interrupted` when the signal aborts (a checkpoint is written first), `training-failed` for a loss
   * that is no number, naming the batch
   */
  async run(): Promise<TrainingHistory> {
    this.startedAt = performance.now() - 1000 * this.progress.seconds;
    this.savedAt = performance.now();
    this.startStep = this.progress.step;
    try {
      await this.takeSteps();
    } catch (error) {
      if (!isInterruption(error)) throw error;
      await this.save();
      throw new AttuneError('interrupted', `Interrupted at step ${this.progress.step} of ${this.totalSteps}.`, {
        remedy: RESUME_REMEDY,
        cause: error,
      });
    }
    this.restoreBest();
    return { losses: this.progress.losses, evaluations: this.progress.evaluations };
  }

  private async takeSteps(): Promise<void> {
    // A run that was interrupted while it evaluated has yet to.
    await this.evaluateWhenDue();
    while (!this.isDone()) {
      const epoch = Math.floor(this.progress.step / this.stepsPerEpoch);
      const steps = (await spreadParts(this.options.sources, epoch)).slice(this.progress.step - epoch * this.stepsPerEpoch);
      for (const step of steps) {
        if (this.isDone()) break;
        await this.takeStep(step);
        await this.evaluateWhenDue();
        await this.saveWhenDue();
      }
    }
  }

  private averageShare(): AverageShare | undefined {
    const { weightAverage } = this.options.config.training;
    if (this.equalFrom < Infinity) return equalAverage(this.equalFrom);
    return weightAverage > 0 ? movingAverage(weightAverage) : undefined;
  }

  /** Step from which the weights are averaged equally at a learning rate that stays. */
  private get equalFrom(): number {
    const { swaFrom } = this.options.config.regularization;
    return swaFrom > 0 ? Math.floor(swaFrom * this.totalSteps) : Infinity;
  }

  private isDone(): boolean {
    const { patience } = this.options.config.training;
    return this.progress.step >= this.totalSteps || (patience > 0 && this.progress.evaluationsWithoutImprovement >= patience);
  }

  private async takeStep(parts: StepPart[]): Promise<void> {
    const { network, tuner, config } = this.options;
    const { step } = this.progress;
    tuner.startEpoch?.(step / this.stepsPerEpoch);
    const context = { dropout: this.dropout, step, pause: () => this.pauseWithinStep() };
    const total = await this.passes.run(parts, context);
    network.forgetLearningWeights();
    const factor = scheduleFactor(config.optimizer, step, this.totalSteps, this.equalFrom);
    const norm = this.optimizer.step(tuner.parameters, (parameter) => factor * this.peakLearningRate(parameter));
    if (!Number.isFinite(total) || !Number.isFinite(norm)) throw this.notANumber(parts, total);
    this.progress.step++;
    this.progress.losses.push(total);
    this.average?.update(this.progress.step);
    this.report(total, factor);
  }

  /** Lets go of what the step has gathered where a signal stops it: it is taken again as a whole. */
  private async pauseWithinStep(): Promise<void> {
    try {
      await pauseForSignals(this.options.signal);
    } catch (error) {
      for (const parameter of this.options.tuner.parameters) parameter.clearGradient();
      throw error;
    }
  }

  private peakLearningRate(parameter: Parameter): number {
    const { config, tuner, defaultLearningRate } = this.options;
    const { learningRate = defaultLearningRate, headLearningRate = learningRate } = config.optimizer;
    return isHeadParameter(parameter) ? headLearningRate : learningRate * tuner.learningRateFactor(parameter);
  }

  private report(loss: number, factor: number): void {
    const { config, onEvent, defaultLearningRate } = this.options;
    const { step } = this.progress;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const taken = step - this.startStep;
    const secondsHere = Math.max(1e-9, seconds - this.progress.seconds);
    const rowsPerStep = this.options.sources.reduce((sum, { rows }) => sum + rows, 0) / this.stepsPerEpoch;
    onEvent({
      type: 'step',
      epoch: step / this.stepsPerEpoch,
      epochs: config.training.epochs,
      step,
      steps: this.totalSteps,
      loss,
      learningRate: factor * (config.optimizer.learningRate ?? defaultLearningRate),
      examplesPerSecond: (taken * rowsPerStep) / secondsHere,
      secondsLeft: ((this.totalSteps - step) * secondsHere) / taken,
    });
  }

  private async evaluateWhenDue(): Promise<void> {
    const { config, metric, evaluate, onEvent } = this.options;
    const { evaluateEvery, keepBest } = config.training;
    const { step, evaluations } = this.progress;
    const due = step === this.totalSteps || step % (evaluateEvery === 'epoch' ? this.stepsPerEpoch : evaluateEvery) === 0;
    if (!due || step === (evaluations.at(-1)?.step ?? (this.options.judgesStart ? -1 : 0))) return;
    const report = await this.withAverage(evaluate);
    const value = metric.value(report);
    const best = metric.isBetter(value, this.progress.best?.value);
    const metrics = metric.metrics(report);
    const epoch = step / this.stepsPerEpoch;
    evaluations.push({ step, epoch, metrics });
    onEvent({ type: 'evaluation', epoch, step, metrics, value, best });
    if (best) {
      this.progress.best = { value, step };
      if (keepBest) this.bestWeights = this.learnedWeights();
    }
    this.progress.evaluationsWithoutImprovement = best ? 0 : this.progress.evaluationsWithoutImprovement + 1;
  }

  /** Runs something on the averaged weights, where there are any. */
  private async withAverage<T>(run: () => Promise<T>): Promise<T> {
    if (!this.average) return run();
    this.exchangeWithAverage();
    try {
      return await run();
    } finally {
      this.exchangeWithAverage();
    }
  }

  private exchangeWithAverage(): void {
    this.options.network.forgetWeights();
    this.average?.exchange();
  }

  private learnedWeights(): Map<string, NamedTensor> {
    return this.average?.values() ?? this.currentWeights();
  }

  private currentWeights(): Map<string, NamedTensor> {
    return new Map(this.options.tuner.parameters.map((parameter) => [parameter.name, parameter.toHost()]));
  }

  private assign(weights: Map<string, NamedTensor>): void {
    this.options.network.forgetWeights();
    for (const parameter of this.options.tuner.parameters) {
      const values = weights.get(parameter.name);
      if (values) parameter.assign(values.values);
    }
  }

  private restoreBest(): void {
    if (this.bestWeights) this.assign(this.bestWeights);
    else this.exchangeWithAverage();
  }

  /** At the end, too: the evaluation and the export that follow can fail, and need not cost the training. */
  private async saveWhenDue(): Promise<void> {
    const { checkpointEvery } = this.options.config.training;
    const { step } = this.progress;
    const epochEnds = step % this.stepsPerEpoch === 0 || this.isDone();
    const due = checkpointEvery ? step % checkpointEvery === 0 : epochEnds && this.secondsSinceSave() > CHECKPOINT_SECONDS;
    if (due) await this.save();
  }

  private secondsSinceSave(): number {
    return (performance.now() - this.savedAt) / 1000;
  }

  private async save(): Promise<void> {
    const tensors = new Map<string, NamedTensor>();
    const put = (prefix: string, values: Map<string, NamedTensor> | undefined): void => {
      for (const [name, tensor] of values ?? []) tensors.set(prefix + name, tensor);
    };
    put('weights/', new Map(this.options.tuner.parameters.map((parameter) => [parameter.name, parameter.state()])));
    put('optimizer/', this.optimizer.state());
    put('average/', this.average?.state());
    put('best/', this.bestWeights);
    this.options.sources.forEach((source, place) => put(`source ${place}/`, source.state?.()));
    const seconds = (performance.now() - this.startedAt) / 1000;
    await this.options.checkpoints.save({ progress: { ...this.progress, seconds }, tensors });
    this.savedAt = performance.now();
  }

  private notANumber(parts: StepPart[], loss: number): AttuneError {
    const rows = parts.flatMap((part) => part.rowNames());
    const shown = rows.slice(0, 8).join(', ') + (rows.length > 8 ? ` and ${rows.length - 8} more` : '');
    return new AttuneError(
      'training-failed',
      `Step ${this.progress.step + 1}: the loss is ${loss} or its gradient is no number, on rows ${shown}.`,
      {
        remedy: 'Try a lower optimizer.learningRate, or training.precision fp32; and look at these rows.',
      },
    );
  }

  dispose(): void {
    this.optimizer.dispose();
    this.dropout.dispose();
    this.passes.dispose();
    this.average?.dispose();
  }
}
