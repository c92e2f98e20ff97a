import type { EncoderConfig } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';
import { dropout } from './dropout';
import type { Forward, Pass } from './layer';
import type { LayerNorm } from './layer-norm';
import type { Packing } from './packing';
import type { Parameter } from './parameter';

export interface EmbeddingTables {
  words: Parameter;
  positions: Parameter;
  /** Absent where the family has no token types. */
  types?: Parameter;
  norm: LayerNorm;
}

/**
 * Sum of word, position and token-type embeddings, normalised, dropped out.
 * Backward: each table's gradient is the sum of the rows' gradients by index.
 */
export class Embeddings {
  constructor(
    private readonly tables: EmbeddingTables,
    private readonly config: EncoderConfig,
    /** Row of the word table that holds a token's vector, where the table is not the whole vocabulary. */
    private readonly wordRows?: Int32Array,
  ) {}

  /** Packed batch → `[flowing, hidden]`. The backward pass returns nothing of use: there is no gradient below. */
  forward(packing: Packing, pass: Pass): Forward {
    const { kernels } = pass;
    const indices = this.indices(packing, kernels);
    const looked = indices.map(({ table, rows }) => kernels.gather(table.value(), rows));
    const sum = kernels.sum(looked);
    const normal = this.tables.norm.forward(sum, pass);
    const dropped = dropout(kernels, pass.dropout, this.config.hiddenDropout, normal.y);
    release(sum, normal.y, ...looked);
    const { backward: normBackward } = normal;
    if (!normBackward) {
      release(...indices.map(({ rows }) => rows));
      return { y: dropped.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dNormal = dropped.undo(dy);
      const dSum = normBackward(dNormal);
      dNormal.release();
      for (const { table, rows } of indices) {
        if (table.trainable) table.accumulate(kernels.segmentSum(dSum, rows, table.shape[0]));
        rows.release();
      }
      return dSum;
    };
    return { y: dropped.y, backward };
  }

  private indices(packing: Packing, kernels: Kernels): { table: Parameter; rows: Tensor }[] {
    const { words, positions, types } = this.tables;
    const { inputIds, tokenTypeIds, tokens } = packing.batch;
    const take = (value: (place: number) => number): Tensor => kernels.ints(Int32Array.from(packing.places, value));
    const result = [
      { table: words, rows: take((place) => this.wordRows?.[inputIds[place]] ?? inputIds[place]) },
      { table: positions, rows: take((place) => this.position(place % tokens, packing.batch.lengths[Math.floor(place / tokens)])) },
    ];
    if (types) result.push({ table: types, rows: take((place) => tokenTypeIds?.[place] ?? 0) });
    return result;
  }

  /** RoBERTa counts positions from after the padding id, and gives padding that id. */
  private position(token: number, length: number): number {
    const { positionOffset, padTokenId } = this.config;
    if (positionOffset === 0) return token;
    return token < length ? token + positionOffset : padTokenId;
  }
}
