import type { EncoderConfig } from '@attune/artifact';
import { chain } from '../layers/chain';
import type { Forward, Pass } from '../layers/layer';
import { Linear } from '../layers/linear';
import type { Packing } from '../layers/packing';
import type { ParameterLookup } from '../layers/transformer-encoder';
import type { Tensor } from '../native/kernels';
import { stateAtPlaces } from './pooling';
import { PredictionTransform } from './prediction-transform';

export interface MaskedLmHeadOptions {
  config: EncoderConfig;
  activation: EncoderConfig['activation'];
  /** Whether the words are scored by a table of their own rather than by the one that embeds them. */
  ownDecoder: boolean;
}

/**
 * A masked-language-model head (Devlin et al. 2019): the state at a place is transformed and scored against the vector of every word in
 * the word table, with a bias a word. The table learns from both its uses.
 */
export class MaskedLmHead {
  private readonly transform: PredictionTransform;
  private readonly decoder: Linear;

  constructor(lookup: ParameterLookup, { config, activation, ownDecoder }: MaskedLmHeadOptions) {
    const words = ownDecoder ? 'mlm.decoder.weight' : 'embeddings.word_embeddings.weight';
    this.transform = new PredictionTransform(lookup, { prefix: 'mlm', activation, layerNormEpsilon: config.layerNormEpsilon });
    this.decoder = new Linear([{ name: 'mlm.decoder', weight: lookup(words), bias: lookup('mlm.bias') }]);
  }

  get linears(): Linear[] {
    return [this.transform.dense, this.decoder];
  }

  /**
   * States `[flowing, hidden]` → scores of words `[places, words]`.
   *
   * @param places row × tokens + token
   */
  forward(states: Tensor, places: Int32Array, packing: Packing, pass: Pass): Forward {
    const read = stateAtPlaces(places).forward(states, packing, pass);
    const transformed = chain(read, this.transform.forward(read.y, pass));
    return chain(transformed, this.decoder.forward(transformed.y, pass));
  }
}
