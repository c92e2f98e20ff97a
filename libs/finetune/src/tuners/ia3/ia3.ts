import { mergedWeights } from '../merge';
import { isHeadParameter, trainOnly, type Tuner } from '../tuner';
import { Ia3Linear, type Ia3Side } from './ia3-linear';

/** Layers of each block that get factors, by the end of their name. */
const PLACES: readonly (readonly [RegExp, Ia3Side])[] = [
  [/\.attention\.self\.(key|value|c_attn)$/, 'outputs'],
  // Its inputs are the feed-forward's activations.
  [/\.layer\.\d+\.output\.dense$/, 'inputs'],
];

/** (IA)³ (Liu et al. 2022): factors of keys, values (and queries, where the three are one layer) and the feed-forward's activations learn, and the head. */
export const ia3: Tuner = {
  name: 'ia3',
  defaultLearningRate: 1e-2,
  attach(network) {
    const trainable = trainOnly(network, isHeadParameter);
    const layers = [...network.slots.values()].flatMap((slot) => {
      const place = PLACES.find(([name]) => name.test(slot.name));
      return place ? [Ia3Linear.fromBase(network.kernels, slot, place[1])] : [];
    });
    return {
      parameters: [...trainable, ...layers.map(({ factors }) => factors)],
      learningRateFactor: () => 1,
      mergedWeights: () => mergedWeights(network, layers),
      adapter: (baseModel) => ({
        method: 'ia3',
        baseModel,
        feedForward: layers.filter(({ side }) => side === 'inputs').map(({ slot }) => slot.name),
        weights: new Map(layers.map(({ factors }) => [factors.name, factors.toHost()])),
      }),
      dispose: () => layers.forEach((layer) => layer.dispose()),
    };
  },
};
