import { mergedWeights } from '../merge';
import { isHeadParameter, trainOnly, type Tuner } from '../tuner';
import { LoraLinear } from './lora-linear';
import { targetSlots } from './target-slots';

/** LoRA (Hu et al. 2021): low-rank updates of chosen dense layers learn, and the head. */
export const lora: Tuner = {
  name: 'lora',
  defaultLearningRate: 1e-3,
  attach(network, { tuner }, random) {
    const { rank, alpha, dropout, targetModules } = tuner;
    const slots = targetSlots(network, targetModules);
    const trainable = trainOnly(network, isHeadParameter);
    const layers = slots.map((slot) => LoraLinear.fromBase(network.kernels, slot, { rank, alpha, dropout }, random.fork(slot.name)));
    return {
      parameters: [...trainable, ...layers.flatMap((layer) => [layer.a, layer.b])],
      learningRateFactor: () => 1,
      mergedWeights: () => mergedWeights(network, layers),
      adapter: (baseModel) => ({
        method: 'lora',
        rank,
        alpha,
        dropout,
        targetModules,
        baseModel,
        weights: new Map(layers.flatMap(({ a, b }) => [a, b].map((parameter) => [parameter.name, parameter.toHost()] as const))),
      }),
      dispose: () => layers.forEach((layer) => layer.dispose()),
    };
  },
};
