import { chain } from '../layers/chain';
import type { Forward, Pass } from '../layers/layer';
import { Linear } from '../layers/linear';
import type { Packing } from '../layers/packing';
import type { ParameterLookup } from '../layers/transformer-encoder';
import type { Tensor } from '../native/kernels';
import { stateAtPlaces } from './pooling';

/** The language-model head of a causal encoder (Radford et al. 2019): the state at a place scores every word, by the word table, as the next. */
export class CausalLmHead {
  private readonly decoder: Linear;

  constructor(lookup: ParameterLookup) {
    this.decoder = new Linear([{ name: 'embeddings.word_embeddings', weight: lookup('embeddings.word_embeddings.weight') }]);
  }

  get linears(): Linear[] {
    return [this.decoder];
  }

  /**
   * States `[flowing, hidden]` → scores of words `[places, words]`.
   *
   * @param places row × tokens + token
   */
  forward(states: Tensor, places: Int32Array, packing: Packing, pass: Pass): Forward {
    const read = stateAtPlaces(places).forward(states, packing, pass);
    return chain(read, this.decoder.forward(read.y, pass));
  }
}
