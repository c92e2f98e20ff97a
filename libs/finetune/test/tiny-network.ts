import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../src/config/head-config';
import { padBatch } from '../src/data/batches';
import type { Batch, EncodedExample } from '../src/data/example';
import { loadEncoder, type LoadedEncoder } from '../src/encoders';
import { crossEntropy } from '../src/losses';
import { Network } from '../src/network/network';
import type { ReferenceNetwork } from '../src/network/reference-network';
import { headParameterShapes, type TrainableNetwork } from '../src/network/trainable-network';
import { Random } from '../src/random';
import type { Tuner } from '../src/tuners';

export type NetworkKind = typeof Network | typeof ReferenceNetwork;

const HEAD: HeadShape = { task: 'classification', pooling: 'pooler', labels: ['a', 'b', 'c'] };
/** Of its head. */
export const loss = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });

/** An encoder of BERT's family with random weights, two layers and a width of 32. */
export async function loadTinyEncoder(): Promise<LoadedEncoder> {
  const directory = await mkdtemp(join(tmpdir(), 'attune-tuners-'));
  try {
    createTinyEncoder(directory);
    return await loadEncoder(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The encoder with a head of three labels. @param weights by default the encoder's, with random ones of the head */
export function tinyNetwork(encoder: LoadedEncoder, weights = startingWeights(encoder), Kind: NetworkKind = Network): TrainableNetwork {
  return new Kind({
    config: encoder.config,
    heads: [HEAD],
    headOptions: { activation: 'tanh', dropout: 0.1, inputDropout: 0 },
    weights,
    precision: 'fp32',
  });
}

function startingWeights(encoder: LoadedEncoder): Map<string, NamedTensor> {
  const random = new Random(3);
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (!weights.has(name)) weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.05 * random.normal()) });
  }
  return weights;
}

/** Six labelled rows. @param even rows of one length, for which both networks draw the same dropout masks */
export function tinyBatch({ config }: LoadedEncoder, even = false): Batch {
  const random = new Random(9);
  const examples: EncodedExample[] = Array.from({ length: 6 }, (_, index) => {
    const length = even ? 7 : 3 + random.integer(8);
    const inputIds = Int32Array.from({ length }, () => 5 + random.integer(config.vocabularySize - 5));
    return { inputIds, tokenTypeIds: new Int32Array(length), target: index % 3, index };
  });
  return padBatch(examples, config.padTokenId);
}

/** What a head.yaml with this tuner, and further keys of it, says. */
export function configFor({ name }: Tuner, more: Partial<HeadConfig['tuner']> = {}): HeadConfig {
  const base = headConfigSchema.parse({ tuner: { name } });
  return { ...base, tuner: { ...base.tuner, ...more } };
}
