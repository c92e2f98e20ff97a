import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import { bertHeadDropout, modernNormName, parseBertSource } from './bert';
import type { EncoderFamily } from './family';
import { maskedLmNames } from './masked-lm-names';
import { renameParts } from './rename-parts';

/** Python's forward pass has these numbers, whatever config.json says. */
const BUCKETS = 32;
const PAD_TOKEN_ID = 1;

const bucketsSchema = z.object({ relative_attention_num_buckets: z.number().int().default(BUCKETS) });

const maskedLm = maskedLmNames({ dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias', decoder: 'lm_head.decoder' });

const parts = renameParts('encoder.layer', [
  ['attention.self.query', 'attention.attn.q'],
  ['attention.self.key', 'attention.attn.k'],
  ['attention.self.value', 'attention.attn.v'],
  ['attention.output.dense', 'attention.attn.o'],
  ['attention.output.LayerNorm', 'attention.LayerNorm'],
  ['intermediate.dense', 'intermediate.dense'],
  ['output.dense', 'output.dense'],
  ['output.LayerNorm', 'output.LayerNorm'],
]);

/** MPNet (Song et al. 2020): RoBERTa's positions and head, and scores that depend on how far apart two tokens are. */
export const mpnet: EncoderFamily = {
  name: 'mpnet',
  modelTypes: ['mpnet'],
  baseArchitecture: 'MPNetModel',
  classificationArchitecture: 'MPNetForSequenceClassification',
  maskedLmArchitecture: 'MPNetForMaskedLM',
  maskedLmActivation: 'gelu',
  headActivation: 'tanh',
  dropoutBeforePooler: true,
  parseConfig(source, file) {
    // The family has no token types, whatever BERT's default is.
    const shared = { family: 'mpnet', padTokenId: PAD_TOKEN_ID, positionOffset: (padTokenId: number) => padTokenId + 1 } as const;
    const config = parseBertSource({ ...source, type_vocab_size: 1 }, file, shared);
    const buckets = bucketsSchema.safeParse(source).data?.relative_attention_num_buckets;
    if (buckets !== BUCKETS || config.padTokenId !== PAD_TOKEN_ID) {
      throw new AttuneError(
        'unsupported-encoder',
        `${file}: an MPNet has ${BUCKETS} buckets of distances and the padding id ${PAD_TOKEN_ID}`,
        {
          remedy:
            'Python computes with these numbers, too, whatever relative_attention_num_buckets and pad_token_id are: correct config.json.',
        },
      );
    }
    return { ...config, tokenTypes: 0, relativeBuckets: BUCKETS };
  },
  headDropout: bertHeadDropout,
  toHuggingFaceName(canonical, layout = 'classification') {
    if (canonical.startsWith('mlm.')) return maskedLm.toHuggingFaceName(canonical) ?? canonical;
    if (canonical.startsWith('head.dense.')) return canonical.replace('head.dense', 'classifier.dense');
    if (canonical.startsWith('head.output.')) return canonical.replace('head.output', 'classifier.out_proj');
    const name = parts.toHuggingFaceName(canonical) ?? canonical;
    return layout === 'base' ? name : `mpnet.${name}`;
  },
  fromHuggingFaceName(source) {
    const bare = modernNormName(source).replace(/^mpnet\./, '');
    if (/^(embeddings\.|encoder\.relative_attention_bias\.)/.test(bare)) return bare;
    if (bare.startsWith('classifier.dense.')) return bare.replace('classifier.dense', 'head.dense');
    if (bare.startsWith('classifier.out_proj.')) return bare.replace('classifier.out_proj', 'head.output');
    return maskedLm.fromHuggingFaceName(bare) ?? parts.fromHuggingFaceName(bare);
  },
};
