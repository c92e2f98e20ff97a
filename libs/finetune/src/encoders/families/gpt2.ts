import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import { checkConfig, layerCount, parseActivation, parseSource, rate, size } from './config-values';
import type { EncoderFamily, SourceConfig } from './family';
import { renameParts } from './rename-parts';

const tokenId = z.number().int().nonnegative().nullish();

const sourceSchema = z.object({
  vocab_size: size,
  n_embd: size,
  n_layer: layerCount,
  n_head: size,
  n_inner: size.nullish(),
  n_positions: size,
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  resid_pdrop: rate.default(0.1),
  attn_pdrop: rate.default(0.1),
  pad_token_id: tokenId,
  eos_token_id: tokenId,
});

/** GPT-2's `<|endoftext|>`, Python's default for both keys. */
const END_OF_TEXT = 50_256;

const parts = renameParts('h', [
  ['attention.LayerNorm', 'ln_1'],
  ['attention.self.c_attn', 'attn.c_attn'],
  ['attention.output.dense', 'attn.c_proj'],
  ['intermediate.LayerNorm', 'ln_2'],
  ['intermediate.dense', 'mlp.c_fc'],
  ['output.dense', 'mlp.c_proj'],
]);

const OTHERS: readonly (readonly [canonical: string, source: string])[] = [
  ['embeddings.word_embeddings.weight', 'wte.weight'],
  ['embeddings.position_embeddings.weight', 'wpe.weight'],
  ['encoder.LayerNorm.weight', 'ln_f.weight'],
  ['encoder.LayerNorm.bias', 'ln_f.bias'],
];
const TO_SOURCE = new Map(OTHERS);
const FROM_SOURCE = new Map(OTHERS.map(([canonical, source]) => [source, canonical]));

function refuseVariants(source: SourceConfig, file: string): void {
  const variants: readonly (readonly [key: string, usual: boolean])[] = [
    ['scale_attn_weights', true],
    ['scale_attn_by_inverse_layer_idx', false],
    ['add_cross_attention', false],
  ];
  for (const [key, usual] of variants) {
    if ((source[key] ?? usual) === usual) continue;
    throw new AttuneError('unsupported-encoder', `${file}: "${key}": ${String(source[key])} is not supported`, {
      remedy: "Use a model with GPT-2's usual attention.",
    });
  }
}

/**
 * GPT-2 (Radford et al. 2019): a causal encoder, whose classification head reads the state of the last token. Its vocabulary has no
 * padding: where config.json names none, the end of a text is used, as is usual in Python.
 */
export const gpt2: EncoderFamily = {
  name: 'gpt2',
  modelTypes: ['gpt2'],
  baseArchitecture: 'GPT2Model',
  classificationArchitecture: 'GPT2ForSequenceClassification',
  maskedLmArchitecture: 'GPT2LMHeadModel',
  headActivation: 'tanh',
  dropoutBeforePooler: false,
  parseConfig(source, file) {
    refuseVariants(source, file);
    const values = parseSource(sourceSchema, source, file);
    return checkConfig(
      {
        family: 'gpt2',
        vocabularySize: values.vocab_size,
        hiddenSize: values.n_embd,
        layers: values.n_layer,
        attentionHeads: values.n_head,
        intermediateSize: values.n_inner ?? 4 * values.n_embd,
        maxPositions: values.n_positions,
        positionOffset: 0,
        tokenTypes: 0,
        layerNormEpsilon: values.layer_norm_epsilon,
        activation: parseActivation(values.activation_function, file),
        hiddenDropout: values.resid_pdrop,
        attentionDropout: values.attn_pdrop,
        padTokenId: values.pad_token_id ?? values.eos_token_id ?? Math.min(END_OF_TEXT, values.vocab_size - 1),
        causal: true,
      },
      file,
    );
  },
  /** Python's class has none. */
  headDropout: () => 0,
  /** Python's `Conv1D` holds `[in, out]`. */
  isTransposed: (canonical) => /^encoder\.layer\..*(c_attn|dense)\.weight$/.test(canonical),
  toHuggingFaceName(canonical, layout = 'classification') {
    if (canonical.startsWith('head.output.')) return canonical.replace('head.output', 'score');
    const name = TO_SOURCE.get(canonical) ?? parts.toHuggingFaceName(canonical) ?? canonical;
    return layout === 'base' ? name : `transformer.${name}`;
  },
  fromHuggingFaceName(name) {
    if (name === 'score.weight') return 'head.output.weight';
    const bare = name.replace(/^transformer\./, '');
    return FROM_SOURCE.get(bare) ?? parts.fromHuggingFaceName(bare);
  },
};
