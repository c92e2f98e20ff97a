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
  head: HeadShape;
  /** Token ids of every text that will go through it. */
  texts: Iterable<Int32Array>;
}

/** The network that a run trains: the encoder's weights, a head, and dropout and passes as configured. */
export function buildNetwork({ config, encoder, head, texts }: BuildNetworkOptions): TrainableNetwork {
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
    head,
    headOptions: { activation: family.headActivation, dropout, inputDropout: family.dropoutBeforePooler ? dropout : 0 },
    weights: withHead(encoder, head, new Random(config.seed).fork('head')),
    precision: resolvePrecision(training.precision),
    vocabulary: VocabularySubset.of(encoder.config.vocabularySize, texts, [encoder.config.padTokenId]),
  });
}

/** The encoder's weights, and a head's: its own where they fit, else small random numbers (σ = 0.02, as in BERT). */
function withHead(encoder: LoadedEncoder, head: HeadShape, random: Random): Map<string, NamedTensor> {
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, head)) {
    const present = weights.get(name);
    if (present && present.shape.join() === shape.join()) continue;
    const size = shape.reduce((product, extent) => product * extent, 1);
    const isBias = name.endsWith('.bias');
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => (isBias ? 0 : 0.02 * random.normal())) });
  }
  return weights;
}
