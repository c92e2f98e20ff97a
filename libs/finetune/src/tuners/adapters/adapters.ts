import { AttuneError, type NamedTensor } from '@attune/artifact';
import { isHeadParameter, refuseCausal, trainOnly, type Tuner } from '../tuner';
import { Bottleneck } from './bottleneck';

/**
 * Bottleneck adapters (Houlsby et al. 2019) after attention's output and after the feed-forward's, before the residual's norm; they learn,
 * and the head. The norms stay as they are, as in AdapterHub's `houlsby` configuration.
 */
export const adapters: Tuner = {
  name: 'adapters',
  defaultLearningRate: 1e-3,
  attach(network, { tuner }, random) {
    const { reductionFactor, activation } = tuner;
    refuseCausal(network, 'adapters');
    const hidden = network.hiddenSize;
    const size = Math.floor(hidden / reductionFactor);
    if (size === 0) {
      throw new AttuneError('bad-config', `tuner.reductionFactor is ${reductionFactor}, and the encoder's states are ${hidden} wide`, {
        remedy: 'An adapter needs one unit at least: give a smaller factor.',
      });
    }
    const trainable = trainOnly(network, isHeadParameter);
    const layers = [...network.branches.values()].map((slot) =>
      Bottleneck.fromBase(network.kernels, slot, { hidden, size, activation }, random.fork(slot.name)),
    );
    const own = layers.flatMap(({ parameters }) => Object.values(parameters));
    const ownWeights = (): Map<string, NamedTensor> => new Map(own.map((one) => [one.name, one.toHost()]));
    return {
      parameters: [...trainable, ...own],
      learningRateFactor: () => 1,
      additions: { bottleneck: { size, activation } },
      mergedWeights: () => new Map([...network.toHost(), ...ownWeights()]),
      adapter: (baseModel) => ({ method: 'adapters', baseModel, reductionFactor, size, activation, weights: ownWeights() }),
      dispose: () => layers.forEach((layer) => layer.dispose()),
    };
  },
};
