import type { EncodedExample } from '../data/example';
import type { EmbedOptions, TrainableNetwork } from '../network/trainable-network';
import { overExamples, type PassOptions } from './evaluate-network';

/** What embeds, and how. */
export interface Embedder extends PassOptions {
  network: TrainableNetwork;
  /** Width of its vectors. */
  width: number;
}

/** Vectors `[examples × width]` in the order of the examples, nothing dropped; exact, or in the precision of the kernels given. */
export function embedExamples(embedder: Embedder, examples: EncodedExample[], kernels?: EmbedOptions['kernels']): Promise<Float32Array> {
  const { network, width } = embedder;
  return overExamples(examples, width, embedder, (batch) => network.embed(batch, kernels && { kernels }));
}
