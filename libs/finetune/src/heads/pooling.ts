import { lastTokens, type Pooling } from '@attune/artifact';
import type { Batch } from '../data/example';
import { release, type Tensor } from '../native/kernels';
import type { Forward, Pass } from '../layers/layer';
import { flowingRow, type Packing } from '../layers/packing';
import { secondTextTokens, textTokens } from './read-tokens';

/** From states `[flowing, hidden]` to one vector a row of the batch, `[batch, hidden]`. */
export interface PoolingLayer {
  forward(states: Tensor, packing: Packing, pass: Pass): Forward;
}

/** The states that flow at certain rows. */
function stateAt(rowsOf: (packing: Packing) => Int32Array): PoolingLayer {
  return {
    forward(states, packing, { kernels, training }) {
      const rows = kernels.ints(rowsOf(packing));
      const y = kernels.gather(states, rows);
      if (!training) {
        rows.release();
        return { y };
      }
      const backward = (dy: Tensor): Tensor => {
        const dStates = kernels.segmentSum(dy, rows, packing.flowing);
        rows.release();
        return dStates;
      };
      return { y, backward };
    },
  };
}

/** The states of places, row × tokens + token: any number of them. */
export function stateAtPlaces(places: Int32Array): PoolingLayer {
  return stateAt((packing) => places.map((place) => flowingRow(place, packing)));
}

/** The state of each row's first token. */
const firstState = stateAt(({ firsts }) => firsts);

/** The state of the last token of each row that is not padding (see `lastTokens`). */
export function lastState(padTokenId: number): PoolingLayer {
  return stateAt((packing) => lastTokens(packing.batch, padTokenId).map((place) => flowingRow(place, packing)));
}

/** The mean of states of each row: of those with 1 in what `read` gives, `[batch × tokens]`, at least one a row. */
const meanOf = (read: (batch: Batch) => Uint8Array): PoolingLayer => ({
  forward(states, packing, { kernels, training }) {
    const { batch, places, tokens } = packing;
    const isRead = read(batch);
    const rowOf = Int32Array.from(places, (place) => Math.floor(place / tokens));
    const counts = new Int32Array(packing.rows);
    isRead.forEach((one, place) => (counts[Math.floor(place / tokens)] += one));
    const share = Float32Array.from(places, (place, i) => isRead[place] / counts[rowOf[i]]);
    const segments = kernels.ints(rowOf);
    const shares = kernels.floats(share, [packing.flowing, 1]);
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
});

const meanState = meanOf(textTokens);
const meanStateOfPair = meanOf(secondTextTokens);

/** Least squared length that a vector is divided by: one of zeros stays as it is. */
const LEAST_SQUARED_LENGTH = 1e-24;

/**
 * The mean of the states divided by its Euclidean length, `y = m / ‖m‖`. Backward: `dm = (dy - y · (y · dy)) / ‖m‖`.
 */
const unitMeanState: PoolingLayer = {
  forward(states, packing, pass) {
    const { kernels } = pass;
    const mean = meanState.forward(states, packing, pass);
    const squares = kernels.square(mean.y);
    const squaredLength = kernels.sumOverLast(squares);
    const least = kernels.add(squaredLength, kernels.constant(LEAST_SQUARED_LENGTH));
    const inverse = kernels.rsqrt(least);
    const y = kernels.multiply(mean.y, inverse);
    release(mean.y, squares, squaredLength, least);
    const { backward: meanBackward } = mean;
    if (!meanBackward) {
      inverse.release();
      return { y };
    }
    y.retain();
    const backward = (dy: Tensor): Tensor => {
      const products = kernels.multiply(y, dy);
      const along = kernels.sumOverLast(products);
      const parallel = kernels.multiply(y, along);
      const across = kernels.subtract(dy, parallel);
      const dMean = kernels.multiply(across, inverse);
      const dStates = meanBackward(dMean);
      release(y, inverse, products, along, parallel, across, dMean);
      return dStates;
    };
    return { y, backward };
  },
};

/** The state of each row's gap. */
const gapState = stateAt((packing) => {
  const { gaps } = packing.batch;
  if (!gaps) throw new RangeError('the rows have no gaps');
  return gaps.map((place) => flowingRow(place, packing));
});

const LAYERS: Record<Pooling, PoolingLayer> = {
  pooler: firstState,
  cls: firstState,
  mean: meanState,
  pair: meanStateOfPair,
  embedding: unitMeanState,
  cloze: gapState,
};

/** The layer of a way of pooling; the `pooler` starts from the first state. */
export function pooling(name: Pooling): PoolingLayer {
  return LAYERS[name];
}
