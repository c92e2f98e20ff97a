import { trainOnly, type Tuner } from '../tuner';

/**
 * The encoder stays as it is and the output layer alone learns (a linear probe). Its features are computed once, and the
 * layer is fitted until it converges rather than by epochs; the training loop leaves it to `fitOutputLayer`.
 */
export const head: Tuner = {
  name: 'head',
  defaultLearningRate: 1e-3,
  attach(network) {
    return {
      parameters: trainOnly(network, (parameter) => /^(head|heads\.[^.]+)\.output\./.test(parameter.name)),
      learningRateFactor: () => 1,
      mergedWeights: () => network.toHost(),
      dispose: () => undefined,
    };
  },
};
