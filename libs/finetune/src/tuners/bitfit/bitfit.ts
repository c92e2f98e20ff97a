import { isHeadParameter, trainOnly, type Tuner } from '../tuner';

/** BitFit (Ben Zaken et al. 2022): the biases and the head learn, all weights stay. */
export const bitfit: Tuner = {
  name: 'bitfit',
  defaultLearningRate: 2e-3,
  attach(network) {
    return {
      parameters: trainOnly(network, (parameter) => isHeadParameter(parameter) || parameter.name.endsWith('.bias')),
      learningRateFactor: () => 1,
      mergedWeights: () => network.toHost(),
      dispose: () => undefined,
    };
  },
};
