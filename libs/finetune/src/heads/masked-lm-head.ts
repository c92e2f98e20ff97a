import type { EncoderConfig } from '@attune/artifact';
import type { Forward, Pass } from '../layers/layer';
import { Linear } from '../layers/linear';
import { flowingRow, type Packing } from '../layers/packing';
import type { ParameterLookup } from '../layers/transformer-encoder';
import { release, type Tensor } from '../native/kernels';
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
    const { kernels } = pass;
    const rows = kernels.ints(Int32Array.from(places, (place) => flowingRow(place, packing)));
    const read = kernels.gather(states, rows);
    const transformed = this.transform.forward(read, pass);
    const scores = this.decoder.forward(transformed.y, pass);
    release(read, transformed.y);
    const { backward: transformBackward } = transformed;
    const { backward: decoderBackward } = scores;
    if (!transformBackward || !decoderBackward) {
      rows.release();
      return { y: scores.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dTransformed = decoderBackward(dy);
      const dRead = transformBackward(dTransformed);
      const dStates = kernels.segmentSum(dRead, rows, packing.flowing);
      release(dTransformed, dRead, rows);
      return dStates;
    };
    return { y: scores.y, backward };
  }
}
