import type { HeadShape, NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { encoderFamily, type LoadedEncoder } from '../encoders';
import { resolvePrecision } from '../native/processor';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import { VocabularySubset } from '../network/vocabulary-subset';
import { Random } from '../random';

export interface BuildNetworkOptions {
  config: HeadConfig;
  encoder: LoadedEncoder;
  heads: readonly HeadShape[];
  /** Token ids of every text that will go through it. */
  texts: Iterable<Int32Array>;
}

/** The network that a run trains: the encoder's weights, a head a task, and dropout and passes as configured. */
export function buildNetwork({ config, encoder, heads, texts }: BuildNetworkOptions): TrainableNetwork {
  const { training } = config;
  const family = encoderFamily(encoder.config.family);
  const dropout = config.head.dropout ?? family.headDropout(encoder.sourceConfig);
  const Kind = training.passes === 'fast' ? Network : ReferenceNetwork;
  return new Kind({
    config: {
      ...encoder.config,
      hiddenDropout: training.hiddenDropout ?? encoder.config.hiddenDropout,
      attentionDropout: training.attentionDropout ?? encoder.config.attentionDropout,
    },
    heads,
    headOptions: { activation: family.headActivation, dropout, inputDropout: family.dropoutBeforePooler ? dropout : 0 },
    weights: withHeads(encoder, heads, new Random(config.seed).fork('head')),
    precision: resolvePrecision(training.precision),
    vocabulary: VocabularySubset.of(encoder.config.vocabularySize, texts, [encoder.config.padTokenId, ...tokensOfPatterns(heads)]),
  });
}

/** Tokens of the sentences that heads put around texts. */
function tokensOfPatterns(heads: readonly HeadShape[]): number[] {
  return heads.flatMap(({ cloze }) => cloze?.patterns.flatMap(({ before, after }) => [...before, ...after]) ?? []);
}

/**
 * The encoder's weights, and the heads': its own where they fit, else small random numbers (σ = 0.02, as in BERT). The dense layer of
 * a further head starts from the encoder's own, too.
 */
function withHeads(encoder: LoadedEncoder, heads: readonly HeadShape[], random: Random): Map<string, NamedTensor> {
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, ...heads)) {
    const present = encoder.weights.get(name) ?? encoder.weights.get(name.replace(/^heads\.[^.]+\.dense\./, 'head.dense.'));
    if (present && present.shape.join() === shape.join()) {
      weights.set(name, present);
      continue;
    }
    const size = shape.reduce((product, extent) => product * extent, 1);
    const isBias = name.endsWith('.bias');
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => (isBias ? 0 : 0.02 * random.normal())) });
  }
  return weights;
}
