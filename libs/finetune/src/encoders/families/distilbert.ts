import { z } from 'zod';
import { checkConfig, layerCount, parseActivation, parseSource, rate, size } from './config-values';
import type { EncoderFamily } from './family';
import { maskedLmNames } from './masked-lm-names';
import { renameParts } from './rename-parts';

const sourceSchema = z.object({
  vocab_size: size,
  dim: size,
  n_layers: layerCount,
  n_heads: size,
  hidden_dim: size,
  max_position_embeddings: size,
  activation: z.string().default('gelu'),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0.1),
  pad_token_id: z.number().int().nonnegative().nullish(),
});

const parts = renameParts('transformer.layer', [
  ['attention.self.query', 'attention.q_lin'],
  ['attention.self.key', 'attention.k_lin'],
  ['attention.self.value', 'attention.v_lin'],
  ['attention.output.dense', 'attention.out_lin'],
  ['attention.output.LayerNorm', 'sa_layer_norm'],
  ['intermediate.dense', 'ffn.lin1'],
  ['output.dense', 'ffn.lin2'],
  ['output.LayerNorm', 'output_layer_norm'],
]);

const maskedLm = maskedLmNames({
  dense: 'vocab_transform',
  norm: 'vocab_layer_norm',
  bias: 'vocab_projector.bias',
  decoder: 'vocab_projector',
});

/** DistilBERT (Sanh et al. 2019): BERT without token types; its head is dense, ReLU, dense. */
export const distilbert: EncoderFamily = {
  name: 'distilbert',
  modelTypes: ['distilbert'],
  baseArchitecture: 'DistilBertModel',
  classificationArchitecture: 'DistilBertForSequenceClassification',
  maskedLmArchitecture: 'DistilBertForMaskedLM',
  headActivation: 'relu',
  dropoutBeforePooler: false,
  parseConfig(source, file) {
    const values = parseSource(sourceSchema, source, file);
    return checkConfig(
      {
        family: 'distilbert',
        vocabularySize: values.vocab_size,
        hiddenSize: values.dim,
        layers: values.n_layers,
        attentionHeads: values.n_heads,
        intermediateSize: values.hidden_dim,
        maxPositions: values.max_position_embeddings,
        positionOffset: 0,
        tokenTypes: 0,
        // Python's DistilBERT has no key for it.
        layerNormEpsilon: 1e-12,
        activation: parseActivation(values.activation, file),
        hiddenDropout: values.dropout,
        attentionDropout: values.attention_dropout,
        padTokenId: values.pad_token_id ?? 0,
      },
      file,
    );
  },
  headDropout: (source) => rate.catch(0.2).parse(source.seq_classif_dropout),
  toHuggingFaceName(canonical, layout = 'classification') {
    if (canonical.startsWith('mlm.')) return maskedLm.toHuggingFaceName(canonical) ?? canonical;
    if (canonical.startsWith('head.dense.')) return canonical.replace('head.dense', 'pre_classifier');
    if (canonical.startsWith('head.output.')) return canonical.replace('head.output', 'classifier');
    const name = parts.toHuggingFaceName(canonical) ?? canonical;
    return layout === 'base' ? name : `distilbert.${name}`;
  },
  fromHuggingFaceName(name) {
    const bare = name.replace(/^distilbert\./, '');
    if (bare.startsWith('embeddings.')) return bare;
    if (bare.startsWith('pre_classifier.')) return bare.replace('pre_classifier', 'head.dense');
    if (/^classifier\.(weight|bias)$/.test(bare)) return bare.replace('classifier', 'head.output');
    return maskedLm.fromHuggingFaceName(bare) ?? parts.fromHuggingFaceName(bare);
  },
};
