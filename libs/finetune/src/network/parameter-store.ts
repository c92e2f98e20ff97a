import { encoderParameterShapes, type NamedTensor } from '@attune/artifact';
import { Parameter } from '../layers/parameter';
import type { Kernels } from '../native/kernels';
import { headParameterShapes, type NetworkOptions } from './trainable-network';
import type { VocabularySubset } from './vocabulary-subset';

/** Name of the word table. */
export const WORDS = 'embeddings.word_embeddings.weight';
/** Parameters with a row a word. */
const WORD_ROWS: readonly string[] = [WORDS, 'mlm.bias', 'mlm.decoder.weight'];

/** Parameters of the masked-language-model head among the weights. */
function maskedLmOf(weights: ReadonlyMap<string, NamedTensor>): [string, number[]][] {
  return [...weights].flatMap(([name, { shape }]): [string, number[]][] => (name.startsWith('mlm.') ? [[name, shape]] : []));
}

/** The parameters of a network by their names in memory; the word table holds only the tokens that occur, where those are given. */
export class ParameterStore {
  readonly byName = new Map<string, Parameter>();
  private readonly vocabulary: VocabularySubset | undefined;
  /** The whole tables with a row a word, where only a part of each is a parameter. Other weights are not kept a second time. */
  private readonly whole = new Map<string, NamedTensor>();

  constructor(
    private readonly kernels: Kernels,
    { config, heads, weights, vocabulary, maskedLm }: NetworkOptions,
  ) {
    this.vocabulary = vocabulary;
    for (const [name, shape] of [
      ...encoderParameterShapes(config),
      ...headParameterShapes(config, ...heads),
      ...(maskedLm ? maskedLmOf(weights) : []),
    ]) {
      const source = weights.get(name);
      if (!source) throw new RangeError(`no weights for ${name}`);
      if (vocabulary && WORD_ROWS.includes(name)) this.whole.set(name, source);
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
    if (!vocabulary || !WORD_ROWS.includes(name)) return new Parameter(this.kernels, name, shape, values);
    const [, width = 1] = shape;
    return new Parameter(this.kernels, name, [vocabulary.size, ...shape.slice(1)], vocabulary.take(values, width));
  }

  /** Copies of all parameters, the whole vocabulary's word table among them. */
  toHost(): Map<string, NamedTensor> {
    return new Map([...this.byName].map(([name, parameter]) => [name, this.withAllWords(name, parameter.toHost())]));
  }

  private withAllWords(name: string, tensor: NamedTensor): NamedTensor {
    const { vocabulary } = this;
    const whole = this.whole.get(name);
    if (!vocabulary || !whole) return tensor;
    const [, width = 1] = tensor.shape;
    return { shape: [...whole.shape], values: vocabulary.merge(whole.values, tensor.values, width) };
  }

  /** Lets go of values that were read. */
  forgetValues(which: (parameter: Parameter) => boolean = () => true): void {
    for (const parameter of this.byName.values()) if (which(parameter)) parameter.forgetValue();
  }

  dispose(): void {
    for (const parameter of this.byName.values()) parameter.dispose();
  }
}
