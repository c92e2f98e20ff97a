import { AttuneError } from '@attune/artifact';
import type { Parameter } from '../../layers/parameter';
import { isHeadParameter, trainOnly, type Tuner } from '../tuner';

/**
 * Full fine-tuning: every parameter learns. Optionally lower layers learn more slowly (layer-wise decay, Howard and Ruder 2018)
 * or start later (gradual unfreezing, the same), and the lowest, with the embeddings, may not learn at all (Lee et al. 2019, What would
 * Elsa do?): they then have no backward pass, no moments and no average.
 */
export const full: Tuner = {
  name: 'full',
  defaultLearningRate: 2e-4,
  attach(network, { tuner }) {
    const layers = network.layers;
    const depth = (parameter: Parameter): number => (isHeadParameter(parameter) ? 0 : depthOf(parameter.name, layers));
    const learning = layers - tuner.frozenLayers;
    if (learning < 0) {
      throw new AttuneError('bad-config', `tuner.frozenLayers is ${tuner.frozenLayers}, and the encoder has ${layers} layers`, {
        remedy: `Freeze ${layers - 1} at most, or choose tuner head, which trains the head alone.`,
      });
    }
    const parameters = trainOnly(network, (parameter) => tuner.frozenLayers === 0 || depth(parameter) <= learning);
    const startEpoch = (epoch: number): void => {
      const thawed = Math.floor(epoch / tuner.unfreezeEvery + 1e-9);
      for (const parameter of parameters) parameter.trainable = isHeadParameter(parameter) || depth(parameter) <= thawed;
    };
    return {
      parameters,
      learningRateFactor: (parameter) => tuner.layerDecay ** Math.max(0, depth(parameter) - 1),
      ...(tuner.unfreezeEvery > 0 ? { startEpoch } : {}),
      mergedWeights: () => network.toHost(),
      dispose: () => undefined,
    };
  },
};

/** Distance of a parameter of the encoder from the heads: 1 for the top layer and a norm after it, layers + 1 for the embeddings. */
function depthOf(name: string, layers: number): number {
  if (name.startsWith('encoder.LayerNorm.')) return 1;
  const layer = /^encoder\.layer\.(\d+)\./.exec(name);
  return layer ? layers - Number(layer[1]) : layers + 1;
}
