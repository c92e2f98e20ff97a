import { encoderParameterShapes, type NamedTensor } from '@attune/artifact';
import { Parameter } from '../layers/parameter';
import type { Kernels } from '../native/kernels';
import { headParameterShapes, type NetworkOptions } from './trainable-network';
import type { VocabularySubset } from './vocabulary-subset';

/** Name of the word table. */
export const WORDS = 'embeddings.word_embeddings.weight';

/** The parameters of a network by their names in memory; the word table holds only the tokens that occur, where those are given. */
export class ParameterStore {
  readonly byName = new Map<string, Parameter>();
  private readonly vocabulary: VocabularySubset | undefined;
  /** The whole word table, where only a part of it is a parameter. Other weights are not kept a second time. */
  private readonly allWords: NamedTensor | undefined;

  constructor(
    private readonly kernels: Kernels,
    { config, heads, weights, vocabulary }: NetworkOptions,
  ) {
    this.vocabulary = vocabulary;
    this.allWords = vocabulary && weights.get(WORDS);
    for (const [name, shape] of [...encoderParameterShapes(config), ...headParameterShapes(config, ...heads)]) {
      const source = weights.get(name);
      if (!source) throw new RangeError(`no weights for ${name}`);
      this.byName.set(name, this.make(name, shape, source.values));
    }
  }

  /** @throws RangeError for a name that the network does not have */
  get(name: string): Parameter {
    const parameter = this.byName.get(name);
    if (!parameter) throw new RangeError(`the network has no parameter ${name}`);
    return parameter;
  }

  private make(name: string, shape: number[], values: Float32Array): Parameter {
    const { vocabulary } = this;
    if (name !== WORDS || !vocabulary) return new Parameter(this.kernels, name, shape, values);
    return new Parameter(this.kernels, name, [vocabulary.size, shape[1]], vocabulary.take(values, shape[1]));
  }

  /** Copies of all parameters, the whole vocabulary's word table among them. */
  toHost(): Map<string, NamedTensor> {
    return new Map([...this.byName].map(([name, parameter]) => [name, this.whole(name, parameter.toHost())]));
  }

  private whole(name: string, tensor: NamedTensor): NamedTensor {
    const { vocabulary, allWords } = this;
    if (name !== WORDS || !vocabulary || !allWords) return tensor;
    return { shape: [...allWords.shape], values: vocabulary.merge(allWords.values, tensor.values, tensor.shape[1]) };
  }

  /** Lets go of values that were read. */
  forgetValues(which: (parameter: Parameter) => boolean = () => true): void {
    for (const parameter of this.byName.values()) if (which(parameter)) parameter.forgetValue();
  }

  dispose(): void {
    for (const parameter of this.byName.values()) parameter.dispose();
  }
}
