import type { EncoderFamilyName } from '@attune/artifact';
import { bertHeadDropout, modernNormName, parseBertSource } from './bert';
import type { EncoderFamily } from './family';
import { maskedLmNames } from './masked-lm-names';

const maskedLm = maskedLmNames({ dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias', decoder: 'lm_head.decoder' });

function robertaFamily(name: EncoderFamilyName, modelTypes: string[], classPrefix: string): EncoderFamily {
  return {
    name,
    modelTypes,
    baseArchitecture: `${classPrefix}Model`,
    classificationArchitecture: `${classPrefix}ForSequenceClassification`,
    maskedLmArchitecture: `${classPrefix}ForMaskedLM`,
    maskedLmActivation: 'gelu',
    headActivation: 'tanh',
    dropoutBeforePooler: true,
    parseConfig: (source, file) =>
      parseBertSource(source, file, { family: name, padTokenId: 1, positionOffset: (padTokenId) => padTokenId + 1 }),
    headDropout: bertHeadDropout,
    toHuggingFaceName(canonical, layout = 'classification') {
      if (canonical.startsWith('mlm.')) return maskedLm.toHuggingFaceName(canonical) ?? canonical;
      if (canonical.startsWith('head.dense.')) return canonical.replace('head.dense', 'classifier.dense');
      if (canonical.startsWith('head.output.')) return canonical.replace('head.output', 'classifier.out_proj');
      return layout === 'base' ? canonical : `roberta.${canonical}`;
    },
    fromHuggingFaceName(source) {
      const bare = modernNormName(source).replace(/^roberta\./, '');
      if (/^(embeddings|encoder)\./.test(bare)) return bare;
      if (bare.startsWith('classifier.dense.')) return bare.replace('classifier.dense', 'head.dense');
      if (bare.startsWith('classifier.out_proj.')) return bare.replace('classifier.out_proj', 'head.output');
      // A `pooler` in the checkpoint is not part of this family's classification head.
      return maskedLm.fromHuggingFaceName(bare);
    },
  };
}

/** RoBERTa (Liu et al. 2019): BERT whose positions count from the padding id + 1, with a head of two dense layers. */
export const roberta = robertaFamily('roberta', ['roberta'], 'Roberta');

/** XLM-R (Conneau et al. 2020): RoBERTa's network under its own class names. */
export const xlmRoberta = robertaFamily('xlm-roberta', ['xlm-roberta'], 'XLMRoberta');
