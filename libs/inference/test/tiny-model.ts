import type { EntityMarkers, ManifestTask, NamedTensor } from '@attune/artifact';
import { createTinyEncoder, readTinyConfig, writeTinyModelFiles } from '@attune/testing';

export interface TinyModelOptions {
  type?: ManifestTask['type'];
  labels?: string[];
  temperature?: number;
  thresholds?: Record<string, number>;
  entityMarkers?: EntityMarkers;
  /** Write no attune.json and no head: an embedding model as other programs export it. */
  bare?: boolean;
}

export const tinyLabels = ['refund', 'delivery', 'password'];

/** Writes a model directory with a random BERT encoder and head: logits and embeddings, fp32 and int8. */
export async function writeTinyModel(directory: string, options: TinyModelOptions = {}): Promise<string> {
  const { type = 'classification', labels = tinyLabels, temperature = 1, thresholds, entityMarkers, bare = false } = options;
  const { weights: parameters, vocabularySize } = createTinyEncoder(directory, {
    hiddenSize: 32,
    layers: 2,
    attentionHeads: 4,
    maxLength: 64,
  });
  const config = await readTinyConfig(directory, vocabularySize);
  const weights = new Map<string, NamedTensor>(parameters);
  weights.set('head.output.weight', spread([labels.length, config.hiddenSize]));
  weights.set('head.output.bias', spread([labels.length]));
  const task: ManifestTask = {
    name: 'topic',
    type,
    pooling: 'mean',
    labels,
    output: 'logits',
    calibration: { temperature },
    ...(thresholds === undefined ? {} : { thresholds }),
    metrics: {},
  };
  await writeTinyModelFiles(directory, {
    config,
    weights,
    ...(bare ? {} : { task }),
    maxLength: 16,
    ...(entityMarkers === undefined ? {} : { entityMarkers }),
  });
  return directory;
}

/** Values without a pattern that a swapped row or column could hide in. */
function spread(shape: number[]): NamedTensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, index) => Math.sin(index * 1.7 + size)) };
}
