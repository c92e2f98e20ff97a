import { headPrefix, type HeadShape } from '@attune/artifact';
import type { Pass } from '../layers/layer';
import type { Linear } from '../layers/linear';
import type { Packing } from '../layers/packing';
import type { ParameterLookup } from '../layers/transformer-encoder';
import { release, type Kernels, type Tensor } from '../native/kernels';
import { ClassificationHead, type HeadOptions } from './classification-head';
import { takeColumns, taskLayout, type HeadColumns, type TaskLayout } from './task-layout';

/** Logits of all heads side by side, `[rows, outputs]`, and the way back to the states that they read. */
export interface GroupForward {
  logits: Float32Array;
  /** From the gradient of the logits to that of the states `[flowing, hidden]`; present in training. */
  backward?: (gradient: Float32Array) => Tensor;
}

/** The heads of an encoder's tasks. Each reads the same states, and the states' gradient is the sum of what comes back from each. */
export class HeadGroup {
  private readonly heads: ClassificationHead[];
  private readonly layout: TaskLayout;

  constructor(
    private readonly kernels: Kernels,
    shapes: readonly HeadShape[],
    lookup: ParameterLookup,
    options: HeadOptions,
  ) {
    if (shapes.length > 1 && shapes.some(({ cloze }) => cloze)) throw new RangeError('a head that reads a gap is alone on its encoder');
    this.layout = taskLayout(shapes);
    this.heads = shapes.map((shape, place) => new ClassificationHead(kernels, shape, lookup, options, headPrefix(shape, place)));
  }

  get linears(): Linear[] {
    return this.heads.flatMap(({ linears }) => linears);
  }

  /** States `[flowing, hidden]` → what the output layers of all heads read, side by side, `[batch, heads × hidden]`. */
  features(states: Tensor, packing: Packing, pass: Pass): Float32Array {
    const parts = this.heads.map((head) => {
      const { y } = head.features(states, packing, pass);
      const values = y.read();
      release(y);
      return values;
    });
    const [, hidden] = states.shape;
    return sideBySide(
      parts,
      this.heads.map((_, place) => ({ start: place * hidden, width: hidden })),
    );
  }

  /** States `[flowing, hidden]` → the logits of all heads. */
  forward(states: Tensor, packing: Packing, pass: Pass): GroupForward {
    const forwards = this.heads.map((head) => head.forward(states, packing, pass));
    const logits = sideBySide(
      forwards.map(({ y }) => y.read()),
      this.layout.heads.map(({ outputs }) => outputs),
    );
    for (const { y } of forwards) release(y);
    if (!pass.training) return { logits };
    const backward = (gradient: Float32Array): Tensor => {
      const parts = this.layout.heads.map((columns, place) => this.backThrough(forwards[place].backward, columns, gradient));
      if (parts.length === 1) return parts[0];
      const sum = this.kernels.sum(parts);
      release(...parts);
      return sum;
    };
    return { logits, backward };
  }

  private backThrough(back: ((dy: Tensor) => Tensor) | undefined, { outputs }: HeadColumns, gradient: Float32Array): Tensor {
    if (!back) throw new RangeError('a pass without training has no way back');
    const own = takeColumns(gradient, this.layout.outputs, outputs);
    const dLogits = this.kernels.floats(own, [own.length / outputs.width, outputs.width]);
    const dStates = back(dLogits);
    dLogits.release();
    return dStates;
  }
}

/** Matrices of the same rows as one, `columns` saying where each has its own. */
function sideBySide(parts: Float32Array[], columns: readonly HeadColumns['outputs'][]): Float32Array {
  if (parts.length === 1) return parts[0];
  const rows = parts[0].length / columns[0].width;
  const all = columns.reduce((sum, { width }) => sum + width, 0);
  const values = new Float32Array(rows * all);
  columns.forEach(({ start, width }, place) => {
    for (let row = 0; row < rows; row++) values.set(parts[place].subarray(row * width, (row + 1) * width), row * all + start);
  });
  return values;
}
