import { encoderParameterShapes, type NamedTensor } from '@attune/artifact';
import { Parameter } from '../layers/parameter';
import type { Kernels } from '../native/kernels';
import { headParameterShapes, type NetworkOptions } from './trainable-network';

const WORDS = 'embeddings.word_embeddings.weight';

/** The parameters of a network by their names in memory; the word table holds only the tokens that occur, where those are given. */
export class ParameterStore {
  readonly byName = new Map<string, Parameter>();

  constructor(
    private readonly kernels: Kernels,
    private readonly options: NetworkOptions,
  ) {
    const { config, head, furtherHeads = [] } = options;
    for (const [name, shape] of [...encoderParameterShapes(config), ...headParameterShapes(config, head, ...furtherHeads)]) {
      this.byName.set(name, this.make(name, shape));
    }
  }

  /** @throws RangeError for a name that the network does not have */
  get(name: string): Parameter {
    const parameter = this.byName.get(name);
    if (!parameter) throw new RangeError(`the network has no parameter ${name}`);
    return parameter;
  }

  private make(name: string, shape: number[]): Parameter {
    const { weights, vocabulary } = this.options;
    const source = weights.get(name);
    if (!source) throw new RangeError(`no weights for ${name}`);
    if (name !== WORDS || !vocabulary) return new Parameter(this.kernels, name, shape, source.values);
    return new Parameter(this.kernels, name, [vocabulary.size, shape[1]], vocabulary.take(source.values, shape[1]));
  }

  /** Copies of all parameters, the whole vocabulary's word table among them. */
  toHost(): Map<string, NamedTensor> {
    return new Map([...this.byName].map(([name, parameter]) => [name, this.whole(name, parameter.toHost())]));
  }

  private whole(name: string, tensor: NamedTensor): NamedTensor {
    const { vocabulary, weights } = this.options;
    const source = weights.get(name);
    if (name !== WORDS || !vocabulary || !source) return tensor;
    const width = tensor.shape[1];
    return { shape: [...source.shape], values: vocabulary.merge(source.values, tensor.values, width) };
  }

  /** Lets go of values that were read. */
  forgetValues(which: (parameter: Parameter) => boolean = () => true): void {
    for (const parameter of this.byName.values()) if (which(parameter)) parameter.forgetValue();
  }

  dispose(): void {
    for (const parameter of this.byName.values()) parameter.dispose();
  }
}
