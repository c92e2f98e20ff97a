import type { NamedTensor } from '@attune/artifact';
import { assignVariable, createVariable, destroyVariable, readVariable, variableState, type Parameter } from '../layers/parameter';
import { release, type Kernels, type Tensor } from '../native/kernels';

/** Steps between updates of an average. */
const UPDATE_EVERY = 4;

/** What share of the average the weights after an update take over; the update is the n-th, counted from 1. */
export type AverageShare = (update: number) => number;

/**
 * Exponential moving average (Polyak and Juditsky 1992). The decay of a step is raised to the number of steps between updates, so the
 * horizon is the same; early on it is lower, `(1 + n) / (10 + n)`, so that the average does not hang on to where training began.
 */
export function movingAverage(decay: number): AverageShare {
  return (update) => 1 - Math.min(decay ** UPDATE_EVERY, (1 + update) / (10 + update));
}

/**
 * Stochastic weight averaging (Izmailov et al. 2018): the equal average of the weights from a step on; before that, the weights themselves.
 *
 * @param from step, counted from 0
 */
export function equalAverage(from: number): AverageShare {
  const before = Math.ceil(from / UPDATE_EVERY);
  return (update) => 1 / Math.max(1, update - before);
}

/** An average of the learning parameters over the course of training, by the share that each update takes. */
export class WeightAverage {
  private readonly averages = new Map<Parameter, Tensor>();

  constructor(
    private readonly kernels: Kernels,
    parameters: Parameter[],
    private readonly share: AverageShare,
  ) {
    for (const parameter of parameters) {
      const variable = createVariable(kernels, parameter.shape);
      assignVariable(kernels, variable, parameter.toHost().values, parameter.shape);
      this.averages.set(parameter, variable);
    }
  }

  /** To be called after each optimiser step; `step` counts from 1. */
  update(step: number): void {
    if (step % UPDATE_EVERY !== 0) return;
    const { kernels } = this;
    const share = kernels.floats(Float32Array.of(this.share(step / UPDATE_EVERY)), []);
    const attributes = [kernels.type('T', kernels.binding.TF_FLOAT), kernels.flag('use_locking', false)];
    for (const [parameter, variable] of this.averages) {
      const average = readVariable(kernels, variable);
      const difference = kernels.subtract(average, parameter.value());
      average.release();
      kernels.perform('ResourceApplyGradientDescent', attributes, [variable, share, difference]);
      release(difference);
      parameter.forgetValue();
    }
    share.release();
  }

  /** Puts the averages into the parameters and the parameters' values in their place; a second call undoes it. */
  exchange(): void {
    for (const [parameter, variable] of this.averages) parameter.exchange(variable);
  }

  /** The averages by the parameters' names, to be saved with a checkpoint; their values are those of the time at which they are asked for. */
  state(): Map<string, NamedTensor> {
    return new Map([...this.averages].map(([{ name, shape }, variable]) => [name, variableState(this.kernels, variable, shape)]));
  }

  /** A copy of the averages by the parameters' names. */
  values(): Map<string, NamedTensor> {
    return new Map([...this.state()].map(([name, { shape, values }]) => [name, { shape, values }]));
  }

  restore(values: Map<string, NamedTensor>): void {
    for (const [parameter, variable] of this.averages) {
      const saved = values.get(parameter.name);
      if (saved) assignVariable(this.kernels, variable, saved.values, parameter.shape);
    }
  }

  dispose(): void {
    for (const variable of this.averages.values()) destroyVariable(this.kernels, variable);
    this.averages.clear();
  }
}
