import type { Pooling } from '@attune/artifact';
import { release, type Tensor } from '../native/kernels';
import type { Forward, Pass } from '../layers/layer';
import type { Packing } from '../layers/packing';

/** From states `[flowing, hidden]` to one vector a row of the batch, `[batch, hidden]`. */
export interface PoolingLayer {
  forward(states: Tensor, packing: Packing, pass: Pass): Forward;
}

/** The state of each row's first token. */
const firstState: PoolingLayer = {
  forward(states, packing, { kernels, training }) {
    const firsts = kernels.ints(packing.firsts);
    const y = kernels.gather(states, firsts);
    if (!training) {
      firsts.release();
      return { y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dStates = kernels.segmentSum(dy, firsts, packing.flowing);
      firsts.release();
      return dStates;
    };
    return { y, backward };
  },
};

/** The mean of the states of each row's real tokens; a soft prompt's are none of the text's. */
const meanState: PoolingLayer = {
  forward(states, packing, { kernels, training }) {
    const { batch, flowing, places, tokens } = packing;
    const { lengths, promptTokens = 0 } = batch;
    const rowOf = Int32Array.from(places, (place) => Math.floor(place / tokens));
    const share = new Float32Array(flowing);
    places.forEach((place, i) => {
      const length = lengths[rowOf[i]];
      const token = place % tokens;
      share[i] = token >= promptTokens && token < length ? 1 / (length - promptTokens) : 0;
    });
    const segments = kernels.ints(rowOf);
    const shares = kernels.floats(share, [flowing, 1]);
    const weighted = kernels.multiply(states, shares);
    const y = kernels.segmentSum(weighted, segments, packing.rows);
    weighted.release();
    if (!training) {
      release(segments, shares);
      return { y };
    }
    const backward = (dy: Tensor): Tensor => {
      const spread = kernels.gather(dy, segments);
      const dStates = kernels.multiply(spread, shares);
      release(spread, segments, shares);
      return dStates;
    };
    return { y, backward };
  },
};

/** The layer of a way of pooling; the `pooler` starts from the first state. */
export function pooling(name: Pooling): PoolingLayer {
  return name === 'mean' ? meanState : firstState;
}
