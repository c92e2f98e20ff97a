import { argmax, AttuneError, markEntity, normalizeText, wordsOf, type Word } from '@attune/artifact';
import type { EncodedExample } from '../data/example';
import { IntegratedGradients, type TokenAttributions } from './integrated-gradients';
import { loadTrainedModel, type TrainedModel } from './trained-model';
import { wordTokens } from './word-tokens';

/** A word, and what it contributes to an output. */
export interface WordAttribution extends Word {
  attribution: number;
}

/** Why a head gives a text a label. */
export interface TextExplanation extends Omit<TokenAttributions, 'values'> {
  task: string;
  /** What is explained. */
  label: string;
  /** The text as the head reads it, without marks around an entity. */
  text: string;
  /** In the order of the text. */
  words: WordAttribution[];
  /** What punctuation and other tokens that belong to no word contribute. */
  others: number;
}

/** What is explained. */
export interface ExplainedText {
  text: string;
  pair?: string | undefined;
  /** Default the first. */
  task?: string | undefined;
  /** Default the likeliest; of a regression the number is explained. */
  label?: string | undefined;
}

/** Explains what a trained head says by integrated gradients; to be closed. */
export class TextExplainer {
  private constructor(
    private readonly model: TrainedModel,
    private readonly gradients: IntegratedGradients,
  ) {}

  /** @throws AttuneError as {@link loadTrainedModel} does, and `setup-missing` without TensorFlow */
  static async load(directory: string): Promise<TextExplainer> {
    const model = await loadTrainedModel(directory);
    return new TextExplainer(model, new IntegratedGradients(model));
  }

  /** @throws AttuneError `wrong-use` for an unknown task or label, or a text whose words are not its tokens' */
  explain({ text, pair, task, label }: ExplainedText): TextExplanation {
    const { manifest, encoder, heads } = this.model;
    const head = task === undefined ? 0 : manifest.tasks.findIndex(({ name }) => name === task);
    if (head < 0) {
      throw new AttuneError('wrong-use', `The model has no task "${String(task)}".`, {
        remedy: `It has ${manifest.tasks.map(({ name }) => name).join(', ')}.`,
      });
    }
    const { normalization, maxLength } = manifest;
    const clean = (given: string): string => normalizeText(given, normalization);
    const second = pair === undefined ? undefined : clean(pair);
    const cleaned = clean(text);
    const read = markEntity(cleaned, second, normalization.entityMarkers);
    const input: EncodedExample = { ...encoder.tokenizer.encode(read, second, maxLength), target: NaN, index: 0 };
    const words = wordTokens(read, wordsOf(read), input.inputIds, encoder.tokenizer);
    if (words === undefined || words.length === 0)
      throw new AttuneError('wrong-use', 'The text has no words, or they are not told apart by its tokens.');
    const output = label === undefined ? argmax(this.gradients.logits(input, head)) : this.outputNamed(label, head);
    const explained = fromFirstToLast(words.flatMap(({ tokens }) => tokens));
    const { values, ...attributed } = this.gradients.attribute(input, { head, output, explained });
    // Marks around an entity are no words, so that the words of the text are the same with them and without.
    const places = wordsOf(cleaned);
    const attributions = words.map(({ tokens }, index) => ({
      ...places[index],
      attribution: tokens.reduce((sum, place) => sum + values[place], 0),
    }));
    const total = values.reduce((sum, value) => sum + value, 0);
    return {
      ...attributed,
      task: manifest.tasks[head].name,
      label: heads[head].labels[output],
      text: cleaned,
      words: attributions,
      others: total - attributions.reduce((sum, { attribution }) => sum + attribution, 0),
    };
  }

  private outputNamed(label: string, head: number): number {
    const { labels } = this.model.heads[head];
    const output = labels.indexOf(label);
    if (output >= 0) return output;
    throw new AttuneError('wrong-use', `The head has no label "${label}".`, { remedy: `It has ${labels.slice(0, 20).join(', ')}.` });
  }

  close(): void {
    this.gradients.dispose();
  }
}

/** From the first word's first token to the last word's last, what stands between them included. */
function fromFirstToLast(tokens: readonly number[]): number[] {
  const [first, last] = [Math.min(...tokens), Math.max(...tokens)];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
