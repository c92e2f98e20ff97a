import type { EncoderConfig } from '@attune/artifact';
import { z } from 'zod';
import { checkConfig, layerCount, parseActivation, parseSource, rate, refuseVariants, size } from './config-values';
import type { EncoderFamily, SourceConfig } from './family';
import { maskedLmNames } from './masked-lm-names';

/** config.json of BERT and of RoBERTa, with the defaults of Python's configuration class. */
export const bertSourceSchema = z.object({
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  classifier_dropout: rate.nullish(),
  pad_token_id: z.number().int().nonnegative().nullish(),
});

/** Reads the keys that BERT and RoBERTa share. */
export function parseBertSource(
  source: SourceConfig,
  file: string,
  own: { family: EncoderConfig['family']; padTokenId: number; positionOffset: (padTokenId: number) => number },
): EncoderConfig {
  refuseVariants(source, file);
  const values = parseSource(bertSourceSchema, source, file);
  const padTokenId = values.pad_token_id ?? own.padTokenId;
  return checkConfig(
    {
      family: own.family,
      vocabularySize: values.vocab_size,
      hiddenSize: values.hidden_size,
      layers: values.num_hidden_layers,
      attentionHeads: values.num_attention_heads,
      intermediateSize: values.intermediate_size,
      maxPositions: values.max_position_embeddings,
      positionOffset: own.positionOffset(padTokenId),
      tokenTypes: values.type_vocab_size,
      layerNormEpsilon: values.layer_norm_eps,
      activation: parseActivation(values.hidden_act, file),
      hiddenDropout: values.hidden_dropout_prob,
      attentionDropout: values.attention_probs_dropout_prob,
      padTokenId,
    },
    file,
  );
}

/** `classifier_dropout` where it is set, else the hidden states' rate, as in Python. */
export function bertHeadDropout(source: SourceConfig): number {
  const classifier = rate.safeParse(source.classifier_dropout);
  if (classifier.success) return classifier.data;
  return rate.catch(0.1).parse(source.hidden_dropout_prob);
}

/** Checkpoints converted from TensorFlow call a norm's weight and bias gamma and beta. */
export function modernNormName(name: string): string {
  return name.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

const maskedLm = maskedLmNames({
  dense: 'cls.predictions.transform.dense',
  norm: 'cls.predictions.transform.LayerNorm',
  bias: 'cls.predictions.bias',
  decoder: 'cls.predictions.decoder',
});

/** BERT (Devlin et al. 2019). Its classification head is the pooler, then one dense layer. */
export const bert: EncoderFamily = {
  name: 'bert',
  modelTypes: ['bert'],
  baseArchitecture: 'BertModel',
  classificationArchitecture: 'BertForSequenceClassification',
  maskedLmArchitecture: 'BertForMaskedLM',
  headActivation: 'tanh',
  dropoutBeforePooler: false,
  parseConfig: (source, file) => parseBertSource(source, file, { family: 'bert', padTokenId: 0, positionOffset: () => 0 }),
  headDropout: bertHeadDropout,
  toHuggingFaceName(canonical, layout = 'classification') {
    if (canonical.startsWith('mlm.')) return maskedLm.toHuggingFaceName(canonical) ?? canonical;
    if (canonical.startsWith('head.output.')) return canonical.replace('head.output', 'classifier');
    const name = canonical.replace(/^head\.dense\./, 'pooler.dense.');
    return layout === 'base' ? name : `bert.${name}`;
  },
  fromHuggingFaceName(name) {
    const bare = modernNormName(name).replace(/^bert\./, '');
    if (/^(embeddings|encoder)\./.test(bare)) return bare;
    if (bare.startsWith('pooler.dense.')) return bare.replace('pooler.dense', 'head.dense');
    if (/^classifier\.(weight|bias)$/.test(bare)) return bare.replace('classifier', 'head.output');
    return maskedLm.fromHuggingFaceName(bare);
  },
};
