import { AttuneError, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../../config/head-config';
import type { TrainableNetwork } from '../../network/trainable-network';
import type { Random } from '../../random';
import { isHeadParameter, refuseCausal, trainOnly, type PretrainedText, type Tuner } from '../tuner';
import { EncodedPrompt } from './encoded-prompt';
import { PlainPrompt, PROMPT } from './prompt';

/**
 * Prompt tuning (Lester et al. 2021): vectors before the word embeddings of each text learn, and the head; as in PEFT they are tokens of
 * their own, with positions before the text's. With `promptEncoder: mlp` an encoder makes the vectors while they learn (P-tuning, Liu et
 * al. 2021). Heads that read the first state read that of the first virtual token, as in PEFT; the mean is that of the text's own tokens.
 */
export const promptTuning: Tuner = {
  name: 'prompt-tuning',
  defaultLearningRate: 1e-2,
  reservedTokens: ({ promptTokens }) => promptTokens,
  attach(network, { tuner }, random, pretrained) {
    refuseCausal(network, 'prompt-tuning');
    const trainable = trainOnly(network, isHeadParameter);
    const prompt = makePrompt(network, tuner, random, pretrained);
    const own = Object.values(prompt.parameters);
    return {
      parameters: [...trainable, ...own],
      learningRateFactor: () => 1,
      additions: { promptTokens: prompt.tokens },
      mergedWeights: () => network.toHost().set(PROMPT, prompt.toHost()),
      adapter: (baseModel) => ({
        method: 'prompt-tuning',
        baseModel,
        tokens: prompt.tokens,
        ...(prompt instanceof EncodedPrompt && { encoderSize: prompt.encoderSize }),
        weights: new Map([[PROMPT, prompt.toHost()]]),
      }),
      dispose: () => prompt.dispose(),
    };
  },
};

function makePrompt(
  network: TrainableNetwork,
  { promptTokens: tokens, promptText, promptEncoder, promptEncoderSize }: HeadConfig['tuner'],
  random: Random,
  pretrained?: PretrainedText,
): PlainPrompt | EncodedPrompt {
  const { kernels, input } = network;
  const words = network.parameter('embeddings.word_embeddings.weight').toHost();
  const hidden = words.shape[1];
  if (promptText !== undefined) return new PlainPrompt(kernels, input, ofText(promptText, tokens, pretrained));
  const deviation = Math.sqrt(words.values.reduce((squares, value) => squares + value * value, 0) / words.values.length);
  if (promptEncoder === 'mlp') {
    return new EncodedPrompt(kernels, input, { tokens, hidden, encoderSize: promptEncoderSize ?? hidden, deviation }, random);
  }
  const values = Float32Array.from({ length: tokens * hidden }, () => deviation * random.normal());
  return new PlainPrompt(kernels, input, { shape: [tokens, hidden], values });
}

/** The word embeddings of a text's tokens, from its begin and over again as often as there is room, as in PEFT. */
function ofText(text: string, tokens: number, pretrained: PretrainedText | undefined): NamedTensor {
  const words = pretrained?.weights.get('embeddings.word_embeddings.weight');
  if (!pretrained || !words) throw new RangeError('a prompt that starts from a text needs the tokenizer and the word embeddings');
  const ids = pretrained.tokenizer.encode(text, undefined, Number.MAX_SAFE_INTEGER).inputIds;
  if (ids.length === 0) {
    throw new AttuneError('bad-config', `tuner.promptText ${JSON.stringify(text)} has no tokens`, { remedy: 'Give it some words.' });
  }
  const hidden = words.shape[1];
  const values = new Float32Array(tokens * hidden);
  for (let token = 0; token < tokens; token++) {
    const id = ids[token % ids.length];
    values.set(words.values.subarray(id * hidden, (id + 1) * hidden), token * hidden);
  }
  return { shape: [tokens, hidden], values };
}
