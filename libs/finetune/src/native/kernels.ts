import { loadBinding, type Binding, type OpAttribute } from './tensorflow';

/** TensorFlow's number for bfloat16, which the binding has no name for. */
const BFLOAT16 = 14;

/** Precision of matrix products; everything else is float32. */
export type Precision = 'fp32' | 'bf16';

/**
 * A tensor in TensorFlow's memory, counted by its owners: whoever keeps one for later calls `retain`, and every owner
 * calls `release` once. The last release frees it.
 */
export class Tensor {
  private owners = 1;

  constructor(
    private readonly binding: Binding,
    readonly id: number,
    readonly shape: number[],
  ) {}

  retain(): this {
    this.owners++;
    return this;
  }

  release(): void {
    if (--this.owners === 0) this.binding.deleteTensor(this.id);
  }

  /** A copy of the values in host memory. */
  read(): Float32Array {
    return this.binding.tensorDataSync(this.id) as Float32Array;
  }

  /** The only value of a scalar. */
  scalar(): number {
    return this.read()[0];
  }
}

/** Frees tensors that the caller owns. */
export function release(...tensors: (Tensor | undefined)[]): void {
  for (const tensor of tensors) tensor?.release();
}

/**
 * TensorFlow's kernels, called on the binding itself. A call costs about 5 µs; the wrapper of tfjs, with its tape and
 * its engine, several times that. No function consumes its arguments: results are the caller's to release.
 */
export class Kernels {
  readonly binding: Binding;
  private readonly float: OpAttribute[];
  private readonly attributes = new Map<string, OpAttribute[]>();
  private readonly scalars = new Map<number, Tensor>();
  private readonly indexLists = new Map<string, Tensor>();

  constructor(readonly precision: Precision = 'fp32') {
    this.binding = loadBinding();
    this.float = [this.type('T', this.binding.TF_FLOAT)];
  }

  type(name: string, value: number): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value };
  }

  flag(name: string, value: boolean): OpAttribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  /** Calls any op with one output. */
  call(op: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor {
    const [output] = this.binding.executeOp(op, attributes, inputs.map(idOf), 1);
    return new Tensor(this.binding, output.id, output.shape);
  }

  /** Calls any op with several outputs. */
  callMany(op: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): Tensor[] {
    return this.binding
      .executeOp(op, attributes, inputs.map(idOf), outputs)
      .map((output) => new Tensor(this.binding, output.id, output.shape));
  }

  /** Calls an op without output. */
  perform(op: string, attributes: OpAttribute[], inputs: Tensor[]): void {
    this.binding.executeOp(op, attributes, inputs.map(idOf), 0);
  }

  /** A float32 tensor over `values`, which must not be written to afterwards. */
  floats(values: Float32Array, shape: number[]): Tensor {
    return new Tensor(this.binding, this.binding.createTensor(shape, this.binding.TF_FLOAT, values), shape);
  }

  /** An int32 tensor over `values`, which must not be written to afterwards. */
  ints(values: Int32Array, shape: number[] = [values.length]): Tensor {
    return new Tensor(this.binding, this.binding.createTensor(shape, this.binding.TF_INT32, values), shape);
  }

  /** A float32 scalar that recurs, such as a layer's factor; held by these kernels and not to be released. */
  constant(value: number): Tensor {
    let scalar = this.scalars.get(value);
    if (!scalar) this.scalars.set(value, (scalar = this.floats(Float32Array.of(value), [])));
    return scalar;
  }

  /** A small int32 vector, such as a shape or a permutation; held until `forgetLists` and not to be released. */
  list(...values: number[]): Tensor {
    const key = values.join();
    let list = this.indexLists.get(key);
    if (!list) this.indexLists.set(key, (list = this.ints(Int32Array.from(values))));
    return list;
  }

  private scalarIndex(value: number): Tensor {
    const key = `scalar ${value}`;
    let index = this.indexLists.get(key);
    if (!index) this.indexLists.set(key, (index = this.ints(Int32Array.of(value), [])));
    return index;
  }

  /** Frees the shapes and indices of a pass: batches differ, and so do theirs. */
  forgetLists(): void {
    for (const list of this.indexLists.values()) list.release();
    this.indexLists.clear();
  }

  /** Frees what these kernels hold. */
  dispose(): void {
    this.forgetLists();
    for (const scalar of this.scalars.values()) scalar.release();
    this.scalars.clear();
  }

  private cached(key: string, make: () => OpAttribute[]): OpAttribute[] {
    let attributes = this.attributes.get(key);
    if (!attributes) this.attributes.set(key, (attributes = make()));
    return attributes;
  }

  // Elementwise, with broadcasting where TensorFlow has it.
  add = (a: Tensor, b: Tensor): Tensor => this.call('AddV2', this.float, [a, b]);
  subtract = (a: Tensor, b: Tensor): Tensor => this.call('Sub', this.float, [a, b]);
  multiply = (a: Tensor, b: Tensor): Tensor => this.call('Mul', this.float, [a, b]);
  scale = (a: Tensor, factor: number): Tensor => (factor === 1 ? a.retain() : this.multiply(a, this.constant(factor)));
  square = (a: Tensor): Tensor => this.call('Square', this.float, [a]);
  squaredDifference = (a: Tensor, b: Tensor): Tensor => this.call('SquaredDifference', this.float, [a, b]);
  rsqrt = (a: Tensor): Tensor => this.call('Rsqrt', this.float, [a]);
  exp = (a: Tensor): Tensor => this.call('Exp', this.float, [a]);
  erf = (a: Tensor): Tensor => this.call('Erf', this.float, [a]);
  tanh = (a: Tensor): Tensor => this.call('Tanh', this.float, [a]);
  tanhGradient = (y: Tensor, dy: Tensor): Tensor => this.call('TanhGrad', this.float, [y, dy]);
  relu = (a: Tensor): Tensor => this.call('Relu', this.float, [a]);
  reluGradient = (dy: Tensor, y: Tensor): Tensor => this.call('ReluGrad', this.float, [dy, y]);
  /** Softmax over the last axis. */
  softmax = (a: Tensor): Tensor => this.call('Softmax', this.float, [a]);
  /** Half the sum of squares, a scalar. */
  halfSquaredNorm = (a: Tensor): Tensor => this.call('L2Loss', this.float, [a]);

  /** Mean over the last axis, kept as 1. */
  meanOverLast(a: Tensor): Tensor {
    return this.reduce('Mean', a, a.shape.length - 1);
  }

  /** Sum over the last axis, kept as 1. */
  sumOverLast(a: Tensor): Tensor {
    return this.reduce('Sum', a, a.shape.length - 1);
  }

  private reduce(op: string, a: Tensor, axis: number): Tensor {
    const attributes = this.cached('reduce', () => [...this.float, this.type('Tidx', this.binding.TF_INT32), this.flag('keep_dims', true)]);
    return this.call(op, attributes, [a, this.list(axis)]);
  }

  /** `a [rows, columns] + bias [columns]`. */
  addBias(a: Tensor, bias: Tensor): Tensor {
    return this.call('BiasAdd', this.biasAttributes(), [a, bias]);
  }

  /** Column sums of `a [rows, columns]`. */
  sumRows(a: Tensor): Tensor {
    return this.call('BiasAddGrad', this.biasAttributes(), [a]);
  }

  private biasAttributes(): OpAttribute[] {
    return this.cached('bias', () => [...this.float, { name: 'data_format', type: this.binding.TF_ATTR_STRING, value: 'NHWC' }]);
  }

  /** The form in which a tensor enters `product`: cast to bfloat16 in that precision, else itself. The caller owns it. */
  operand(a: Tensor): Tensor {
    return this.precision === 'bf16' ? this.cast(a, this.binding.TF_FLOAT, BFLOAT16) : a.retain();
  }

  /** float32 product of two matrices that went through `operand`. */
  product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    if (this.precision === 'fp32') return this.matMul(a, b, transposeA, transposeB);
    const rounded = this.call('MatMul', this.matMulAttributes(transposeA, transposeB, BFLOAT16), [a, b]);
    const result = this.cast(rounded, BFLOAT16, this.binding.TF_FLOAT);
    rounded.release();
    return result;
  }

  /** Product of float32 matrices, in float32 whatever the precision. */
  matMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    return this.call('MatMul', this.matMulAttributes(transposeA, transposeB, this.binding.TF_FLOAT), [a, b]);
  }

  private matMulAttributes(transposeA: boolean, transposeB: boolean, type: number): OpAttribute[] {
    return this.cached(`matMul ${transposeA} ${transposeB} ${type}`, () => [
      this.flag('transpose_a', transposeA),
      this.flag('transpose_b', transposeB),
      this.type('T', type),
    ]);
  }

  /** Products of the last two axes. */
  batchMatMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    const attributes = this.cached(`batchMatMul ${transposeA} ${transposeB}`, () => [
      this.flag('adj_x', transposeA),
      this.flag('adj_y', transposeB),
      ...this.float,
    ]);
    return this.call('BatchMatMulV2', attributes, [a, b]);
  }

  private cast(a: Tensor, from: number, to: number): Tensor {
    const attributes = this.cached(`cast ${from} ${to}`, () => [
      this.type('SrcT', from),
      this.type('DstT', to),
      this.flag('Truncate', false),
    ]);
    return this.call('Cast', attributes, [a]);
  }

  reshape(a: Tensor, shape: number[]): Tensor {
    const attributes = this.cached('reshape', () => [...this.float, this.type('Tshape', this.binding.TF_INT32)]);
    return this.call('Reshape', attributes, [a, this.list(...shape)]);
  }

  transpose(a: Tensor, permutation: number[]): Tensor {
    const attributes = this.cached('transpose', () => [...this.float, this.type('Tperm', this.binding.TF_INT32)]);
    return this.call('Transpose', attributes, [a, this.list(...permutation)]);
  }

  /** Rows of `a` by an int32 vector. */
  gather(a: Tensor, rows: Tensor): Tensor {
    const attributes = this.cached('gather', () => [
      this.type('Tparams', this.binding.TF_FLOAT),
      this.type('Tindices', this.binding.TF_INT32),
      this.type('Taxis', this.binding.TF_INT32),
      { name: 'batch_dims', type: this.binding.TF_ATTR_INT, value: 0 },
    ]);
    return this.call('GatherV2', attributes, [a, rows, this.scalarIndex(0)]);
  }

  /** Sum of the rows of `a` by segment: `[segments, …]`. Rows of a negative segment are dropped. */
  segmentSum(a: Tensor, segmentOfRow: Tensor, segments: number): Tensor {
    const attributes = this.cached('segmentSum', () => [
      ...this.float,
      this.type('Tindices', this.binding.TF_INT32),
      this.type('Tnumsegments', this.binding.TF_INT32),
    ]);
    return this.call('UnsortedSegmentSum', attributes, [a, segmentOfRow, this.scalarIndex(segments)]);
  }

  /** Cross-entropy of a softmax over each row of `logits [rows, labels]`: `[rows]` in nats, and the gradient of its sum `[rows, labels]`. */
  sparseCrossEntropy(logits: Tensor, labels: Int32Array): { losses: Tensor; gradient: Tensor } {
    const attributes = this.cached('sparseCrossEntropy', () => [...this.float, this.type('Tlabels', this.binding.TF_INT32)]);
    const targets = this.ints(labels);
    const [losses, gradient] = this.callMany('SparseSoftmaxCrossEntropyWithLogits', attributes, [logits, targets], 2);
    targets.release();
    return { losses, gradient };
  }

  concat(tensors: Tensor[], axis: number): Tensor {
    if (tensors.length === 1) return tensors[0].retain();
    const attributes = this.cached(`concat ${tensors.length}`, () => [
      { name: 'N', type: this.binding.TF_ATTR_INT, value: tensors.length },
      ...this.float,
      this.type('Tidx', this.binding.TF_INT32),
    ]);
    return this.call('ConcatV2', attributes, [...tensors, this.scalarIndex(axis)]);
  }

  /** Consecutive parts of the given sizes along an axis. */
  split(a: Tensor, sizes: number[], axis: number): Tensor[] {
    if (sizes.length === 1) return [a.retain()];
    const attributes = this.cached(`split ${sizes.length}`, () => [
      { name: 'num_split', type: this.binding.TF_ATTR_INT, value: sizes.length },
      ...this.float,
      this.type('Tlen', this.binding.TF_INT32),
    ]);
    return this.callMany('SplitV', attributes, [a, this.list(...sizes), this.scalarIndex(axis)], sizes.length);
  }

  /** Tensors of one shape as one, along a new first axis. */
  pack(tensors: Tensor[]): Tensor {
    const attributes = this.cached(`pack ${tensors.length}`, () => [
      { name: 'N', type: this.binding.TF_ATTR_INT, value: tensors.length },
      { name: 'axis', type: this.binding.TF_ATTR_INT, value: 0 },
      ...this.float,
    ]);
    return this.call('Pack', attributes, tensors);
  }

  /** The parts of the first axis. */
  unpack(a: Tensor): Tensor[] {
    const parts = a.shape[0];
    const attributes = this.cached(`unpack ${parts}`, () => [
      { name: 'num', type: this.binding.TF_ATTR_INT, value: parts },
      { name: 'axis', type: this.binding.TF_ATTR_INT, value: 0 },
      ...this.float,
    ]);
    return this.callMany('Unpack', attributes, [a], parts);
  }

  /** Sum of tensors of one shape. */
  sum(tensors: Tensor[]): Tensor {
    if (tensors.length === 1) return tensors[0].retain();
    const attributes = this.cached(`addN ${tensors.length}`, () => [
      { name: 'N', type: this.binding.TF_ATTR_INT, value: tensors.length },
      ...this.float,
    ]);
    return this.call('AddN', attributes, tensors);
  }

  /** `length` values of a vector from `start`. */
  slice(a: Tensor, start: number, length: number): Tensor {
    const attributes = this.cached('slice', () => [...this.float, this.type('Index', this.binding.TF_INT32)]);
    const begin = this.ints(Int32Array.of(start));
    const result = this.call('Slice', attributes, [a, begin, this.list(length)]);
    begin.release();
    return result;
  }
}

function idOf(tensor: Tensor): number {
  return tensor.id;
}
