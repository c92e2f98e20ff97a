import { AttuneError } from '@attune/artifact';
import { isHeadParameter, trainOnly, type Tuner } from '../tuner';
import { LoraLinear } from './lora-linear';

/** LoRA (Hu et al. 2021): low-rank updates of chosen dense layers learn, and the head. */
export const lora: Tuner = {
  name: 'lora',
  defaultLearningRate: 1e-3,
  attach(network, { tuner }, random) {
    const { rank, alpha, dropout, targetModules } = tuner;
    const names = [...network.slots.keys()];
    for (const target of targetModules) {
      if (!names.some((name) => matches(name, target))) {
        throw new AttuneError('bad-config', `tuner.targetModules names "${target}", and the encoder has no such dense layer`, {
          remedy: `Its layers are, for each block: ${blockNames(names).join(', ')}.`,
        });
      }
    }
    const trainable = trainOnly(network, isHeadParameter);
    const layers = [...network.slots.values()]
      .filter((slot) => targetModules.some((target) => matches(slot.name, target)))
      .map((slot) => LoraLinear.fromBase(network.kernels, slot, { rank, alpha, dropout }, random.fork(slot.name)));
    return {
      parameters: [...trainable, ...layers.flatMap((layer) => [layer.a, layer.b])],
      learningRateFactor: () => 1,
      mergedWeights() {
        const weights = network.toHost();
        for (const layer of layers) {
          const name = `${layer.slot.name}.weight`;
          const weight = weights.get(name);
          if (weight) weights.set(name, layer.merged(weight));
        }
        return weights;
      },
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

/** PEFT's rule: a module is meant by its whole name or by the end of it. */
function matches(name: string, target: string): boolean {
  return name === target || name.endsWith(`.${target}`);
}

function blockNames(names: string[]): string[] {
  return [...new Set(names.map((name) => name.replace(/^encoder\.layer\.\d+\./, '')))];
}
