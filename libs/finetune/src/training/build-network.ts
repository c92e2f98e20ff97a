import { AttuneError, type EncoderConfig, type HeadShape, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { expandRows } from '../continual/expand-heads';
import { encoderFamily, type LoadedEncoder } from '../encoders';
import { resolvePrecision } from '../native/processor';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import type { VocabularySubset } from '../network/vocabulary-subset';
import { Random } from '../random';

export interface BuildNetworkOptions {
  /** Whether labels were added to those of the heads that stand with the encoder: their rows are kept, and new ones follow. */
  expandHeads?: boolean;
  config: HeadConfig;
  encoder: LoadedEncoder;
  heads: readonly HeadShape[];
  /** Tokens of every text that will go through it; without it all are held. */
  vocabulary?: VocabularySubset;
  /** The encoder has a masked-language-model head that learns, too; its activation. */
  maskedLm?: EncoderConfig['activation'];
  /** The encoder is causal, and its word table foretells words, too. */
  causalLm?: boolean;
}

/** The network that a run trains: the encoder's weights, a head a task, and dropout and passes as configured. */
export function buildNetwork(options: BuildNetworkOptions): TrainableNetwork {
  const { config, encoder, heads, vocabulary, maskedLm, causalLm, expandHeads = false } = options;
  const { training } = config;
  if (encoder.config.causal && heads.some(({ pooling }) => pooling === 'cls')) {
    throw new AttuneError('bad-config', `head.pooling is cls, and the first token of ${encoder.id} sees no other`, {
      remedy: 'Choose pooler, which reads the last token of a causal encoder, mean or embedding.',
    });
  }
  if (encoder.config.tokenTypes < 2 && heads.some(({ pooling }) => pooling === 'pair')) {
    throw new AttuneError('bad-config', `head.pooling is pair, and ${encoder.id} does not tell the two texts of a pair apart`, {
      remedy: 'Choose pooler, cls, mean or embedding, or an encoder with token types, such as BERT.',
    });
  }
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
    weights: withHeads(encoder, heads, expandHeads, new Random(config.seed).fork('head')),
    precision: resolvePrecision(training.precision),
    ...(vocabulary && { vocabulary }),
    ...(maskedLm && { maskedLm }),
    ...(causalLm && { causalLm }),
  });
}

/**
 * The encoder's weights, and the heads': its own where they fit, else small random numbers (σ = 0.02, as in BERT). The dense layer of
 * a further head starts from the encoder's own, too. An output layer that grows keeps its rows.
 */
function withHeads(encoder: LoadedEncoder, heads: readonly HeadShape[], expand: boolean, random: Random): Map<string, NamedTensor> {
  const grows = (name: string, before: readonly number[], after: readonly number[]): boolean =>
    expand && /\.output\.(weight|bias)$/.test(name) && before[0] < after[0] && before.slice(1).join() === after.slice(1).join();
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, ...heads)) {
    const present = encoder.weights.get(name) ?? encoder.weights.get(name.replace(/^heads\.[^.]+\.dense\./, 'head.dense.'));
    const isBias = name.endsWith('.bias');
    const fresh = (): number => (isBias ? 0 : 0.02 * random.normal());
    if (present && present.shape.join() === shape.join()) weights.set(name, present);
    else if (present && grows(name, present.shape, shape)) weights.set(name, expandRows(present, shape[0], fresh));
    else {
      const size = shape.reduce((product, extent) => product * extent, 1);
      weights.set(name, { shape, values: Float32Array.from({ length: size }, fresh) });
    }
  }
  return weights;
}
