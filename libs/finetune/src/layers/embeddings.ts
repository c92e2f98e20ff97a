import type { EncoderConfig } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { release, type Kernels, type Tensor } from '../native/kernels';
import { dropout } from './dropout';
import type { Forward, Pass } from './layer';
import type { LayerNorm } from './layer-norm';
import type { Linear } from './linear';
import type { Packing } from './packing';
import type { Parameter } from './parameter';

export interface EmbeddingTables {
  words: Parameter;
  positions: Parameter;
  /** Absent where the family has no token types. */
  types?: Parameter;
  /** Absent where blocks normalise what they read. */
  norm?: LayerNorm;
}

/** A soft prompt: vectors in place of the word embeddings of tokens that stand before each text. */
export interface SoftPrompt {
  /** Virtual tokens. */
  readonly tokens: number;
  /** `[tokens, hidden]`; `backward` takes the gradient to the prompt's parameters, and nothing lies below. */
  forward(pass: Pass): { y: Tensor; backward?: (dy: Tensor) => void };
  /** Its dense layers, whose prepared weights are to be forgotten as they learn. */
  readonly linears: Linear[];
  /** Its own parameters, by the names that `vectors` asks for. */
  readonly parameters: Record<string, Parameter>;
  /** The same in plain tfjs operations; what the reference computes with. */
  vectors(own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D;
}

/** Where a soft prompt may stand. */
export interface PromptSlot {
  prompt?: SoftPrompt;
}

/**
 * Sum of word, position and token-type embeddings, normalised where there is a norm, dropped out.
 * Backward: each table's gradient is the sum of the rows' gradients by index.
 */
export class Embeddings {
  constructor(
    private readonly tables: EmbeddingTables,
    private readonly config: EncoderConfig,
    private readonly options: {
      /** Row of the word table that holds a token's vector, where the table is not the whole vocabulary. */
      wordRows?: Int32Array;
      /** Its batches have places for the prompt's tokens (`withPromptPlaces`). */
      input: PromptSlot;
    },
  ) {}

  /** Packed batch → `[flowing, hidden]`. The backward pass returns nothing of use: there is no gradient below. */
  forward(packing: Packing, pass: Pass): Forward {
    const { kernels } = pass;
    const prompt = this.options.input.prompt?.forward(pass);
    const indices = this.indices(packing, kernels);
    const looked = indices.map(({ table, rows }) => kernels.gather(table.value(), rows));
    if (prompt) looked[0] = this.withPrompt(looked[0], prompt.y, packing, kernels);
    const sum = kernels.sum(looked);
    const normal: Forward = this.tables.norm?.forward(sum, pass) ?? {
      y: sum.retain(),
      ...(pass.training && { backward: (dy) => dy.retain() }),
    };
    const dropped = dropout(kernels, pass.dropout, this.config.hiddenDropout, normal.y);
    release(sum, normal.y, prompt?.y, ...looked);
    const { backward: normBackward } = normal;
    if (!normBackward) {
      release(...indices.map(({ rows }) => rows));
      return { y: dropped.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dNormal = dropped.undo(dy);
      const dSum = normBackward(dNormal);
      dNormal.release();
      if (prompt?.backward) this.toPrompt(dSum, prompt.y.shape[0], prompt.backward, packing, kernels);
      for (const { table, rows } of indices) {
        if (table.trainable) table.accumulate(kernels.segmentSum(dSum, rows, table.shape[0]));
        rows.release();
      }
      return dSum;
    };
    return { y: dropped.y, backward };
  }

  /** Word embeddings `[flowing, hidden]` with the prompt's vectors at its places; consumes the words. */
  private withPrompt(words: Tensor, prompt: Tensor, packing: Packing, kernels: Kernels): Tensor {
    const tokenOf = promptTokens(packing);
    const sources = kernels.ints(Int32Array.from(tokenOf, (token, row) => (token < 0 ? row : tokenOf.length + token)));
    const both = kernels.concat([words, prompt], 0);
    const arranged = kernels.gather(both, sources);
    release(words, both, sources);
    return arranged;
  }

  private toPrompt(dSum: Tensor, tokens: number, backward: (dy: Tensor) => void, packing: Packing, kernels: Kernels): void {
    const tokenOf = kernels.ints(promptTokens(packing));
    const dPrompt = kernels.segmentSum(dSum, tokenOf, tokens);
    backward(dPrompt);
    release(tokenOf, dPrompt);
  }

  private indices(packing: Packing, kernels: Kernels): { table: Parameter; rows: Tensor }[] {
    const { words, positions, types } = this.tables;
    const { wordRows } = this.options;
    const { inputIds, tokenTypeIds, tokens } = packing.batch;
    const take = (value: (place: number) => number): Tensor => kernels.ints(Int32Array.from(packing.places, value));
    const result = [
      { table: words, rows: take((place) => wordRows?.[inputIds[place]] ?? inputIds[place]) },
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

/** Of each flowing row the prompt's token that stands there; -1 where the text's does. */
function promptTokens({ batch, places, tokens }: Packing): Int32Array {
  const { promptTokens: ahead = 0 } = batch;
  return Int32Array.from(places, (place) => (place % tokens < ahead ? place % tokens : -1));
}
