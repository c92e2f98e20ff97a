import type { SearchConfig } from '../config/search-config';
import { Random } from '../random';
import { sampleAtRandom } from './random-sampler';
import type { Dimension, Parameters } from './space';
import { isToBeStopped } from './successive-halving';
import { rankTrials, sampleByTpe } from './tpe-sampler';
import { bestValue, type Direction, type Trial } from './trial';

/** What a study is made of. */
export interface StudyOptions {
  dimensions: readonly Dimension[];
  search: Pick<SearchConfig, 'trials' | 'sampler' | 'startupTrials' | 'earlyStopping' | 'reduction' | 'minEpochs'>;
  direction: Direction;
  /** Of the values that are chosen: each trial's depend on it, the trial's number and the trials before. */
  seed: number;
}

/** What a trial came to. */
export interface TrialOutcome {
  /** What a run came to that reported nothing on its way. */
  value?: number | undefined;
  seconds: number;
  trainableParameters: number;
}

/** A search over configurations: which to try next, which to stop, and which is the best. It trains nothing itself. */
export class Study {
  /** @param trials of a study that goes on; those that were running go on, too */
  constructor(
    private readonly options: StudyOptions,
    readonly trials: Trial[] = [],
  ) {}

  /** The next trial; undefined where there are enough. The first is the configuration as it stands, without any value chosen. */
  next(): Trial | undefined {
    const number = this.trials.length;
    if (number >= this.options.search.trials) return undefined;
    const trial: Trial = { number, parameters: number === 0 ? {} : this.newParameters(number), state: 'running', reports: [] };
    this.trials.push(trial);
    return trial;
  }

  /** Takes down a measure of a running trial. @returns whether the trial is to be stopped */
  report(trial: Trial, epoch: number, value: number): boolean {
    trial.reports.push({ epoch, value: Number.isFinite(value) ? value : null });
    const { search, direction } = this.options;
    // What the others are compared with must be known to its end.
    if (trial.number === 0 || search.earlyStopping === 'none') return false;
    return isToBeStopped(trial, this.trials, { direction, reduction: search.reduction, minEpochs: search.minEpochs });
  }

  stop(trial: Trial, seconds: number): void {
    Object.assign(trial, { state: 'stopped', seconds, ...valued(bestValue(trial.reports, this.options.direction)) });
  }

  complete(trial: Trial, { value, seconds, trainableParameters }: TrialOutcome): void {
    const best = bestValue(trial.reports, this.options.direction) ?? value;
    Object.assign(trial, { state: 'complete', seconds, trainableParameters, ...valued(best) });
  }

  fail(trial: Trial, error: string): void {
    Object.assign(trial, { state: 'failed', error });
  }

  /** The best trial that was trained to its end; undefined where none was, or none gave a number. */
  best(): Trial | undefined {
    const [first] = rankTrials(
      this.trials.filter(({ state, value }) => state === 'complete' && value !== undefined),
      this.options.direction,
    );
    return first;
  }

  /** Values that no trial before has, where a few draws find such. */
  private newParameters(number: number): Parameters {
    const random = new Random(this.options.seed).fork(`trial ${number}`);
    let drawn = this.draw(random);
    for (let again = 0; again < 10 && this.isKnown(drawn); again++) drawn = this.draw(random);
    return drawn;
  }

  private draw(random: Random): Parameters {
    const { dimensions, search, direction } = this.options;
    if (search.sampler === 'random') return sampleAtRandom(dimensions, random);
    return sampleByTpe(dimensions, this.trials, { random, direction, startupTrials: search.startupTrials });
  }

  private isKnown(parameters: Parameters): boolean {
    const paths = Object.keys(parameters);
    return this.trials.some((trial) => paths.every((path) => trial.parameters[path] === parameters[path]));
  }
}

function valued(value: number | undefined): { value?: number } {
  return value === undefined ? {} : { value };
}
