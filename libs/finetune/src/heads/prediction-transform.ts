import type { EncoderConfig } from '@attune/artifact';
import { activation, type Activation } from '../layers/activation';
import type { Forward, Pass } from '../layers/layer';
import { LayerNorm } from '../layers/layer-norm';
import { Linear } from '../layers/linear';
import type { ParameterLookup } from '../layers/transformer-encoder';
import { release, type Tensor } from '../native/kernels';

export interface PredictionTransformOptions {
  /** Begin of the parameters' names: `mlm` for `mlm.dense.weight`, `mlm.LayerNorm.bias` and so on. */
  prefix: string;
  activation: EncoderConfig['activation'];
  layerNormEpsilon: number;
}

/** What a masked-language-model head does before its words: dense layer, activation, layer normalisation (Devlin et al. 2019). */
export class PredictionTransform {
  readonly dense: Linear;
  private readonly norm: LayerNorm;
  private readonly activation: Activation;

  constructor(lookup: ParameterLookup, { prefix, activation: name, layerNormEpsilon }: PredictionTransformOptions) {
    const dense = `${prefix}.dense`;
    this.activation = activation(name);
    const factor = { weight: this.activation.inner, bias: this.activation.inner };
    this.dense = new Linear([{ name: dense, weight: lookup(`${dense}.weight`), bias: lookup(`${dense}.bias`) }], [factor]);
    this.norm = new LayerNorm(lookup(`${prefix}.LayerNorm.weight`), lookup(`${prefix}.LayerNorm.bias`), layerNormEpsilon);
  }

  /** `x [rows, hidden]` → `[rows, hidden]`. */
  forward(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const { outer } = this.activation;
    const dense = this.dense.forward(x, pass);
    const { y: curve, slope, forget } = this.activation.apply(kernels, dense.y);
    const activated = kernels.scale(curve, outer);
    const normal = this.norm.forward(activated, pass);
    release(curve, activated);
    const { backward: denseBackward } = dense;
    const { backward: normBackward } = normal;
    if (!denseBackward || !normBackward) {
      forget();
      dense.y.release();
      return { y: normal.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dActivated = normBackward(dy);
      const dCurve = kernels.scale(dActivated, outer);
      const steepness = slope();
      const dDense = kernels.multiply(dCurve, steepness);
      const dx = denseBackward(dDense);
      release(dense.y, dActivated, dCurve, steepness, dDense);
      return dx;
    };
    return { y: normal.y, backward };
  }
}
