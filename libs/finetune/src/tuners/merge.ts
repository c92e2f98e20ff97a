import type { NamedTensor } from '@attune/artifact';
import type { LinearSlot } from '../layers/linear';
import type { TrainableNetwork } from '../network/trainable-network';

/** A dense layer's parameters in host memory: `weight [out, in]`, `bias [out]`. */
export interface DenseLayer {
  weight: NamedTensor;
  bias: NamedTensor;
}

/** Something on a dense layer that can become part of its parameters. */
export interface MergeableLayer {
  readonly slot: LinearSlot;
  merged(layer: DenseLayer): DenseLayer;
}

/** All weights of a network by their names in memory, with these layers merged in. */
export function mergedWeights(network: TrainableNetwork, layers: readonly MergeableLayer[]): Map<string, NamedTensor> {
  const weights = network.toHost();
  for (const layer of layers) {
    const { name } = layer.slot;
    const weight = weights.get(`${name}.weight`);
    const bias = weights.get(`${name}.bias`);
    if (!weight || !bias) throw new RangeError(`the network has no dense layer ${name}`);
    const merged = layer.merged({ weight, bias });
    weights.set(`${name}.weight`, merged.weight).set(`${name}.bias`, merged.bias);
  }
  return weights;
}
