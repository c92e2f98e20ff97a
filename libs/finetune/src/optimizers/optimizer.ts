import type { NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { assignVariable, createVariable, destroyVariable, variableState, type Parameter } from '../layers/parameter';
import { release, type Kernels, type Tensor } from '../native/kernels';
import { decayOn, type Decay } from './weight-decay';

type OptimizerConfig = HeadConfig['optimizer'];

/** One parameter's update by a rule: `slots` are its variables, such as Adam's moments. */
interface Rule {
  slots: string[];
  apply(parameter: Parameter, slots: Tensor[], gradient: Tensor, learningRate: number, step: number): void;
}

/**
 * Updates parameters in place with TensorFlow's own kernels. Update rules and their constants are PyTorch's:
 * SGD with momentum, Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), Adagrad (Duchi et al. 2011).
 */
export class Optimizer {
  private readonly rule: Rule;
  private readonly scalars: StepScalars;
  private readonly decay: Decay;
  private readonly slots = new Map<Parameter, Tensor[]>();
  private steps = 0;

  constructor(
    private readonly kernels: Kernels,
    private readonly config: OptimizerConfig,
  ) {
    this.scalars = new StepScalars(kernels);
    this.decay = decayOn(kernels);
    this.rule = makeRule(kernels, config, this.scalars);
  }

  /** Updates made so far. */
  get stepsTaken(): number {
    return this.steps;
  }

  /**
   * Applies and clears the gradients of `parameters`.
   *
   * @param learningRate of each parameter, in this step
   * @returns the global norm of the gradients before clipping
   */
  step(parameters: Parameter[], learningRate: (parameter: Parameter) => number): number {
    const learning = parameters.filter((parameter) => parameter.gradient);
    const norm = this.globalNorm(learning);
    const { clipNorm } = this.config;
    // PyTorch's clip_grad_norm_ guards the division the same way.
    const factor = clipNorm > 0 && norm > clipNorm ? clipNorm / (norm + 1e-6) : 1;
    this.steps++;
    for (const parameter of learning) this.update(parameter, learningRate(parameter), factor);
    this.scalars.clear();
    return norm;
  }

  private update(parameter: Parameter, learningRate: number, factor: number): void {
    const { gradient } = parameter;
    if (!gradient) return;
    const clipped = factor === 1 ? gradient.retain() : this.kernels.multiply(gradient, this.scalars.get(factor));
    parameter.forgetValue();
    if (this.config.name === 'adamw' && this.steps % DECAY_EVERY === 0 && decays(parameter)) {
      const rate = DECAY_EVERY * learningRate * this.config.weightDecay;
      if (rate > 0) this.decay(this.kernels, parameter, rate, (value) => this.scalars.get(value));
    }
    this.rule.apply(parameter, this.slotsOf(parameter), clipped, learningRate, this.steps);
    clipped.release();
    parameter.clearGradient();
  }

  private globalNorm(parameters: Parameter[]): number {
    const halves = parameters.flatMap(({ gradient }) => (gradient ? [this.kernels.halfSquaredNorm(gradient)] : []));
    if (halves.length === 0) return 0;
    const sum = this.kernels.sum(halves);
    const norm = Math.sqrt(2 * sum.scalar());
    release(sum, ...halves);
    return norm;
  }

  private slotsOf(parameter: Parameter): Tensor[] {
    let slots = this.slots.get(parameter);
    if (!slots) {
      slots = this.rule.slots.map(() => {
        const variable = createVariable(this.kernels, parameter.shape);
        assignVariable(this.kernels, variable, new Float32Array(parameter.size), parameter.shape);
        return variable;
      });
      this.slots.set(parameter, slots);
    }
    return slots;
  }

  /** The slots, to be saved with a checkpoint; their values are those of the time at which they are asked for. */
  state(): Map<string, NamedTensor> {
    const result = new Map<string, NamedTensor>();
    for (const [parameter, slots] of this.slots) {
      this.rule.slots.forEach((name, i) => {
        result.set(`${parameter.name}#${name}`, variableState(this.kernels, slots[i], parameter.shape));
      });
    }
    return result;
  }

  /** Takes up where a saved state stopped. */
  restore(parameters: Parameter[], state: Map<string, NamedTensor>, steps: number): void {
    this.steps = steps;
    for (const parameter of parameters) {
      const saved = this.rule.slots.map((name) => state.get(`${parameter.name}#${name}`));
      if (saved.some((slot) => !slot)) continue;
      const slots = this.slotsOf(parameter);
      saved.forEach((slot, i) => {
        if (slot) assignVariable(this.kernels, slots[i], slot.values, parameter.shape);
      });
    }
  }

  dispose(): void {
    for (const slots of this.slots.values()) for (const slot of slots) destroyVariable(this.kernels, slot);
    this.slots.clear();
  }
}

/**
 * Steps between decays, each by as many times the rate. A decay is of the order of 1e-6 a step and commutes with the updates
 * up to the square of that, but passing over every weight once more a step is a tenth of a small encoder's step.
 */
const DECAY_EVERY = 8;

/** Biases and the parameters of norms, which are vectors, do not decay. */
function decays(parameter: Parameter): boolean {
  return parameter.shape.length > 1;
}

/** Scalars of one step, made once each: betas and learning rates are the same for most parameters. */
class StepScalars {
  private readonly made = new Map<number, Tensor>();

  constructor(private readonly kernels: Kernels) {}

  get(value: number): Tensor {
    let scalar = this.made.get(value);
    if (!scalar) this.made.set(value, (scalar = this.kernels.floats(Float32Array.of(value), [])));
    return scalar;
  }

  clear(): void {
    release(...this.made.values());
    this.made.clear();
  }
}

function makeRule(kernels: Kernels, config: OptimizerConfig, scalars: StepScalars): Rule {
  const type = kernels.type('T', kernels.binding.TF_FLOAT);
  const locking = kernels.flag('use_locking', false);
  const nesterov = kernels.flag('use_nesterov', false);
  switch (config.name) {
    case 'adam':
    case 'adamw':
      return {
        slots: ['m', 'v'],
        apply(parameter, [m, v], gradient, learningRate, step) {
          const power1 = config.beta1 ** step;
          const power2 = config.beta2 ** step;
          // TensorFlow adds epsilon before the second moment's bias is corrected, PyTorch after.
          const epsilon = config.epsilon * Math.sqrt(1 - power2);
          const constants = [power1, power2, learningRate, config.beta1, config.beta2, epsilon].map((value) => scalars.get(value));
          kernels.perform('ResourceApplyAdam', [type, locking, nesterov], [parameter.handle, m, v, ...constants, gradient]);
        },
      };
    case 'sgd':
      return {
        slots: ['momentum'],
        apply(parameter, [momentum], gradient, learningRate) {
          kernels.perform(
            'ResourceApplyMomentum',
            [type, locking, nesterov],
            [parameter.handle, momentum, scalars.get(learningRate), gradient, scalars.get(config.momentum)],
          );
        },
      };
    case 'adagrad':
      return {
        slots: ['sum'],
        apply(parameter, [sum], gradient, learningRate) {
          kernels.perform(
            'ResourceApplyAdagradV2',
            [type, locking, kernels.flag('update_slots', true)],
            [parameter.handle, sum, scalars.get(learningRate), scalars.get(config.epsilon), gradient],
          );
        },
      };
  }
}
