import { targetSlots } from '../lora/target-slots';
import { mergedWeights } from '../merge';
import { isHeadParameter, trainOnly, type Tuner } from '../tuner';
import { DoraLinear } from './dora-linear';

/** DoRA (Liu et al. 2024): magnitudes and low-rank updates of the directions of chosen dense layers learn, and the head. */
export const dora: Tuner = {
  name: 'dora',
  defaultLearningRate: 1e-3,
  attach(network, { tuner }, random) {
    const { rank, alpha, dropout, targetModules } = tuner;
    const slots = targetSlots(network, targetModules);
    const trainable = trainOnly(network, isHeadParameter);
    const layers = slots.map((slot) => DoraLinear.fromBase(network.kernels, slot, { rank, alpha, dropout }, random.fork(slot.name)));
    const own = layers.flatMap(({ lora: { a, b }, magnitude }) => [a, b, magnitude]);
    return {
      parameters: [...trainable, ...own],
      learningRateFactor: () => 1,
      mergedWeights: () => mergedWeights(network, layers),
      adapter: (baseModel) => ({
        method: 'dora',
        rank,
        alpha,
        dropout,
        targetModules,
        baseModel,
        weights: new Map(own.map((parameter) => [parameter.name, parameter.toHost()])),
      }),
      dispose: () => layers.forEach((layer) => layer.dispose()),
    };
  },
};
