import type { HeadShape } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';
import { dropout } from '../layers/dropout';
import type { Forward, Pass } from '../layers/layer';
import { Linear } from '../layers/linear';
import type { Packing } from '../layers/packing';
import { chain } from '../layers/chain';
import { PredictionTransform } from './prediction-transform';
import type { ParameterLookup } from '../layers/transformer-encoder';
import { lastState, pooling, type PoolingLayer } from './pooling';

export interface HeadOptions {
  activation: 'tanh' | 'relu';
  /** Dropout before the output layer. */
  dropout: number;
  /** Dropout before the dense layer, as RoBERTa's head has it. */
  inputDropout: number;
  /** Padding id of a causal encoder, whose own head is the state of the last token → output without bias. */
  causal?: { padTokenId: number };
  /** Of a head that reads a gap; default 1e-12. */
  layerNormEpsilon?: number;
}

/**
 * Pools the hidden states and maps them to one output a label. With the `pooler` it is the family's own classification
 * head (state of the first token → dense → tanh or ReLU → output). Its products are small and stay float32.
 */
export class ClassificationHead {
  private readonly pool: PoolingLayer;
  private readonly dense: Linear | undefined;
  private readonly transform: PredictionTransform | undefined;
  private readonly output: Linear;

  constructor(
    private readonly kernels: Kernels,
    shape: HeadShape,
    lookup: ParameterLookup,
    private readonly options: HeadOptions,
    prefix = 'head',
  ) {
    const layer = (name: string): Linear => new Linear([{ name, weight: lookup(`${name}.weight`), bias: lookup(`${name}.bias`) }]);
    const causal = shape.pooling === 'pooler' ? options.causal : undefined;
    this.pool = causal ? lastState(causal.padTokenId) : pooling(shape.pooling);
    this.dense = shape.pooling === 'pooler' && !causal ? layer(`${prefix}.dense`) : undefined;
    if (shape.cloze) {
      const { layerNormEpsilon = 1e-12 } = options;
      this.transform = new PredictionTransform(lookup, { prefix, activation: shape.cloze.activation, layerNormEpsilon });
    }
    const output = `${prefix}.output`;
    this.output = causal ? new Linear([{ name: output, weight: lookup(`${output}.weight`) }]) : layer(output);
  }

  get linears(): Linear[] {
    return [...[this.dense, this.transform?.dense].filter((linear) => linear !== undefined), this.output];
  }

  /** States `[flowing, hidden]` → what the output layer reads, `[batch, hidden]`. */
  features(states: Tensor, packing: Packing, pass: Pass): Forward {
    const full: Pass = { ...pass, kernels: this.kernels };
    const pooled = this.pool.forward(states, packing, full);
    if (this.transform) return chain(pooled, this.transform.forward(pooled.y, full));
    if (!this.dense) return pooled;
    const { kernels, options } = this;
    const input = dropout(kernels, pass.dropout, options.inputDropout, pooled.y);
    const dense = this.dense.forward(input.y, full);
    const y = options.activation === 'tanh' ? kernels.tanh(dense.y) : kernels.relu(dense.y);
    release(pooled.y, input.y, dense.y);
    const { backward: poolBackward } = pooled;
    const { backward: denseBackward } = dense;
    if (!poolBackward || !denseBackward) return { y };
    y.retain();
    const backward = (dy: Tensor): Tensor => {
      const dDense = options.activation === 'tanh' ? kernels.tanhGradient(y, dy) : kernels.reluGradient(dy, y);
      const dInput = denseBackward(dDense);
      const dPooled = input.undo(dInput);
      const dStates = poolBackward(dPooled);
      release(y, dDense, dInput, dPooled);
      return dStates;
    };
    return { y, backward };
  }

  /** States `[flowing, hidden]` → logits `[batch, labels]`. */
  forward(states: Tensor, packing: Packing, pass: Pass): Forward {
    const features = this.features(states, packing, pass);
    const dropped = dropout(this.kernels, pass.dropout, this.options.dropout, features.y);
    const output = this.output.forward(dropped.y, { ...pass, kernels: this.kernels });
    release(features.y, dropped.y);
    const { backward: featuresBackward } = features;
    const { backward: outputBackward } = output;
    if (!featuresBackward || !outputBackward) return { y: output.y };
    const backward = (dy: Tensor): Tensor => {
      const dDropped = outputBackward(dy);
      const dFeatures = dropped.undo(dDropped);
      const dStates = featuresBackward(dFeatures);
      release(dDropped, dFeatures);
      return dStates;
    };
    return { y: output.y, backward };
  }
}
