import { AttuneError, type Tokenizer } from '@attune/artifact';
import { encoderFamily, loadEncoder, type LoadedEncoder, type OnDownload } from '../encoders';
import { Random } from '../random';
import { pauseForSignals } from '../training/interruption';
import { chooseWord, type SamplingOptions } from './choose-word';
import { IncrementalDecoder } from './incremental-decoder';

export interface GenerateOptions extends SamplingOptions {
  /** Most tokens to add. */
  tokens: number;
  /** Of the draws: the same seed and options give the same text. Default 0. */
  seed?: number;
  /** Told of the text so far each time a token was added. */
  onText?: (continuation: string) => void;
  signal?: AbortSignal;
}

/** What a text goes on with. */
export interface GeneratedText {
  continuation: string;
  /** Ids of its tokens, without that of the end. */
  tokenIds: number[];
  /** Why it ends: the model ended the text, as many tokens were asked for, or it reads no more. */
  ended: 'end of text' | 'tokens' | 'room';
}

/** A causal language model that writes on. */
export class TextGenerator {
  private readonly decoder: IncrementalDecoder;
  private readonly tokenizer: Tokenizer;
  private readonly endTokenIds: readonly number[];

  constructor(encoder: LoadedEncoder) {
    const { config, sourceConfig, tokenizer, weights } = encoder;
    this.decoder = new IncrementalDecoder(config, weights);
    this.tokenizer = tokenizer;
    const named = [sourceConfig.eos_token_id].flat().filter((id) => typeof id === 'number');
    this.endTokenIds = named.length > 0 ? named : [tokenizer.endTokenId ?? tokenizer.padTokenId];
  }

  /**
   * Opens a causal language model.
   *
   * @param reference a local folder, or a hub id `org/name`
   * @throws AttuneError `wrong-use` for an encoder that is not causal or was trained to classify, and where `loadEncoder` does
   */
  static async open(reference: string, options: { onDownload?: OnDownload } = {}): Promise<TextGenerator> {
    const encoder = await loadEncoder(reference, options);
    assertLanguageModel(encoder);
    return new TextGenerator(encoder);
  }

  /**
   * Writes on from a text, token by token, until the model ends it.
   *
   * @throws AttuneError `wrong-use` where the text leaves no room for a token
   */
  async generate(text: string, options: GenerateOptions): Promise<GeneratedText> {
    const ids = [...this.tokenizer.encode(text, undefined, Number.MAX_SAFE_INTEGER).inputIds];
    const { tokenIds, ended } = await this.continueIds(ids, options, (added) => options.onText?.(this.tokenizer.decode(added)));
    return { continuation: this.tokenizer.decode(tokenIds), tokenIds, ended };
  }

  /** The same for token ids. */
  async continueIds(
    ids: readonly number[],
    options: GenerateOptions,
    onToken: (added: readonly number[]) => void = () => undefined,
  ): Promise<Omit<GeneratedText, 'continuation'>> {
    const { decoder } = this;
    decoder.restart();
    if (ids.length >= decoder.room) {
      throw new AttuneError('wrong-use', `The text is of ${ids.length} tokens, and the model reads ${decoder.room} at most.`, {
        remedy: 'Give a shorter text.',
      });
    }
    const random = new Random(options.seed ?? 0);
    const all = [...ids];
    const tokenIds: number[] = [];
    let scores = decoder.next(ids);
    for (;;) {
      if (options.signal) await pauseForSignals(options.signal);
      if (tokenIds.length >= options.tokens) return { tokenIds, ended: 'tokens' };
      const word = chooseWord(scores, all, options, random);
      if (this.endTokenIds.includes(word)) return { tokenIds, ended: 'end of text' };
      all.push(word);
      tokenIds.push(word);
      onToken(tokenIds);
      // Read, the word would take the last place, and no further one could be chosen.
      if (decoder.room <= 1) return { tokenIds, ended: 'room' };
      scores = decoder.next([word]);
    }
  }

  dispose(): void {
    this.decoder.dispose();
  }
}

function assertLanguageModel({ id, config, sourceConfig }: LoadedEncoder): void {
  const remedy = 'Choose a causal language model, such as openai-community/gpt2 or distilbert/distilgpt2.';
  if (!config.causal)
    throw new AttuneError('wrong-use', `${id} is a ${config.family} encoder, which reads texts whole and writes none`, { remedy });
  const { architectures } = sourceConfig;
  const { classificationArchitecture } = encoderFamily(config.family);
  if (Array.isArray(architectures) && architectures.includes(classificationArchitecture)) {
    throw new AttuneError('wrong-use', `${id} was trained to give labels (${classificationArchitecture}), not to write`, { remedy });
  }
  if (sourceConfig.tie_word_embeddings === false) {
    throw new AttuneError('unsupported-encoder', `${id} scores words by a table of its own ("tie_word_embeddings": false)`, { remedy });
  }
}
