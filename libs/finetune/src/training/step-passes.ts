import type { RegularizationKeys } from '../config/learning-keys';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { AnchoredPenalty, type Anchor } from '../regularizers/anchored-penalty';
import { Mixout } from '../regularizers/mixout';
import { WordAdversary } from '../regularizers/word-adversary';
import { isHeadParameter, type AttachedTuner } from '../tuners';
import type { StepContext, StepPart } from './step-source';

export interface StepPassesOptions {
  /** As it is before it learns anything. */
  network: TrainableNetwork;
  tuner: AttachedTuner;
  config: { regularization: RegularizationKeys; seed: number };
  /** Places that parameters are drawn to, beside those that the configuration names. */
  anchors?: readonly Anchor[] | undefined;
}

/** The passes of an optimiser step under the regularisers that are configured: they collect gradients in the parameters. */
export class StepPasses {
  private readonly mixout: Mixout | undefined;
  private readonly adversary: WordAdversary | undefined;
  private readonly penalty: AnchoredPenalty | undefined;

  constructor({ network, tuner, config, anchors = [] }: StepPassesOptions) {
    const { mixout, adversarial, l2Sp } = config.regularization;
    if (mixout > 0) this.mixout = new Mixout(network, tuner.parameters, mixout, new Random(config.seed).fork('mixout').uint32());
    if (adversarial > 0) this.adversary = new WordAdversary(network, adversarial);
    const starts = l2Sp > 0 ? tuner.parameters.filter((parameter) => !isHeadParameter(parameter)) : [];
    const all = [...starts.map((parameter): Anchor => ({ parameter, strength: l2Sp })), ...anchors];
    if (all.length > 0) this.penalty = new AnchoredPenalty(network.kernels, all);
  }

  /**
   * Runs a step's parts and returns their loss, the adversary's passes left out. The weights are the same afterwards, also where a signal
   * stops it.
   */
  async run(parts: readonly StepPart[], context: StepContext): Promise<number> {
    this.mixout?.mix(context.step);
    let total = 0;
    try {
      for (const part of parts) total += await part.run(context);
      await this.adversary?.run(async () => {
        for (const part of parts) await part.run(context);
      });
    } finally {
      this.mixout?.unmix();
    }
    return total + (this.penalty?.addGradients() ?? 0);
  }

  dispose(): void {
    this.mixout?.dispose();
    this.penalty?.dispose();
  }
}
