import type { NamedTensor } from '@attune/artifact';
import type { Batch } from '../data/example';
import { HeadGroup } from '../heads/head-group';
import type { DropoutSource } from '../layers/dropout';
import type { Pass } from '../layers/layer';
import type { Linear, LinearSlot } from '../layers/linear';
import { Packing } from '../layers/packing';
import type { Parameter } from '../layers/parameter';
import { TransformerEncoder } from '../layers/transformer-encoder';
import { Kernels, release, type Precision, type Tensor } from '../native/kernels';
import { ParameterStore } from './parameter-store';
import type { NetworkOptions, NetworkPass, TrainableNetwork } from './trainable-network';

/** An encoder and its heads that learn, with hand-written passes. It owns its parameters; `dispose` frees them. */
export class Network implements TrainableNetwork {
  private readonly encoder: TransformerEncoder;
  private readonly store: ParameterStore;
  readonly kernels: Kernels;
  private readonly exact: Kernels;
  private readonly heads: HeadGroup;
  /** Precision for which weights are prepared. */
  private prepared: Precision | undefined;

  readonly layers: number;

  constructor(options: NetworkOptions) {
    const { config, head, furtherHeads = [], vocabulary } = options;
    this.layers = config.layers;
    this.kernels = new Kernels(options.precision);
    this.exact = options.precision === 'fp32' ? this.kernels : new Kernels('fp32');
    this.store = new ParameterStore(this.kernels, options);
    const lookup = (name: string): Parameter => this.store.get(name);
    this.encoder = new TransformerEncoder(config, lookup, vocabulary?.rows);
    this.heads = new HeadGroup(this.exact, [head, ...furtherHeads], lookup, options.headOptions);
  }

  get parameters(): ReadonlyMap<string, Parameter> {
    return this.store.byName;
  }

  get slots(): ReadonlyMap<string, LinearSlot> {
    return this.encoder.slots;
  }

  parameter(name: string): Parameter {
    return this.store.get(name);
  }

  train(batch: Batch, dropout: DropoutSource | undefined): NetworkPass {
    this.prepareFor(this.kernels.precision);
    const pass: Pass = { kernels: this.kernels, dropout, training: true };
    const packing = new Packing(this.kernels, batch);
    const states = this.encoder.forward(packing, pass);
    const { logits, backward: headsBackward } = this.heads.forward(states.y, packing, pass);
    release(states.y);
    const backward = (gradient: Float32Array): void => {
      const dStates = headsBackward?.(gradient);
      const dBelow = dStates && states.backward?.(dStates);
      release(dStates, dBelow);
      packing.dispose();
      this.forgetLists();
    };
    return { logits, backward };
  }

  logits(batch: Batch): Float32Array {
    return this.infer(batch, (states, packing, pass) => this.heads.forward(states, packing, pass).logits);
  }

  features(batch: Batch, kernels: Kernels = this.exact, head = 0): Float32Array {
    const read = (states: Tensor, packing: Packing, pass: Pass): Float32Array => {
      const features = this.heads.features(head, states, packing, pass);
      const values = features.read();
      features.release();
      return values;
    };
    return this.infer(batch, read, kernels);
  }

  private infer(batch: Batch, read: (states: Tensor, packing: Packing, pass: Pass) => Float32Array, kernels = this.exact): Float32Array {
    this.prepareFor(kernels.precision);
    const pass: Pass = { kernels, training: false };
    const packing = new Packing(kernels, batch);
    const states = this.encoder.forward(packing, pass);
    const values = read(states.y, packing, pass);
    release(states.y);
    packing.dispose();
    this.forgetLists();
    return values;
  }

  private forgetLists(): void {
    this.kernels.forgetLists();
    this.exact.forgetLists();
  }

  private prepareFor(precision: Precision): void {
    if (this.prepared !== precision) this.forgetWeights();
    this.prepared = precision;
  }

  private get linears(): Linear[] {
    return [...this.encoder.linears, ...this.heads.linears];
  }

  forgetLearningWeights(): void {
    for (const linear of this.linears) if (linear.learns) linear.forgetWeights();
    this.store.forgetValues((parameter) => parameter.trainable);
  }

  forgetWeights(): void {
    for (const linear of this.linears) linear.forgetWeights();
    this.store.forgetValues();
  }

  toHost(): Map<string, NamedTensor> {
    return this.store.toHost();
  }

  dispose(): void {
    this.forgetWeights();
    this.store.dispose();
    this.kernels.dispose();
    if (this.exact !== this.kernels) this.exact.dispose();
  }
}
