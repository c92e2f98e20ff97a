import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelStore, type NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from './tiny-encoder';
import { readTinyConfig, writeTinyModelFiles } from './tiny-model';

/** Words that decide, and the state that each class has of its own. */
const NEGATIVE = ['loss', 'failed', 'broken', 'bad', 'problem', 'damaged', 'rejected', 'terrible'];
const POSITIVE = ['profit', 'growth', 'good', 'excellent', 'perfect'];
const LABELS = ['negative', 'neutral', 'positive'];
const HIDDEN = 32;

/**
 * Puts a sentiment head into a model store, and promotes it, whose answers are known: a text with a word of the one list is
 * negative, with one of the other positive. It is a real encoder with hand-set weights, in the same files as any other.
 */
export async function writeWordListModel(models: string, version = '1', labels = LABELS): Promise<void> {
  const directory = join(models, `source-${version}`);
  const { weights: parameters, vocabularySize } = createTinyEncoder(directory, { hiddenSize: HIDDEN, layers: 1, maxLength: 64 });
  const vocabulary = await readVocabulary(directory);
  const weights = new Map<string, NamedTensor>([...parameters].map(([name, { shape }]) => [name, constant(name, shape)]));
  const words = weights.get('embeddings.word_embeddings.weight')?.values ?? new Float32Array();
  for (const word of NEGATIVE) words[(vocabulary[word] ?? 0) * HIDDEN] = 1;
  for (const word of POSITIVE) words[(vocabulary[word] ?? 0) * HIDDEN + 1] = 1;
  const output = new Float32Array(labels.length * HIDDEN);
  output[0] = 20;
  output[(labels.length - 1) * HIDDEN + 1] = 20;
  weights.set('head.output.weight', { shape: [labels.length, HIDDEN], values: output });
  weights.set('head.output.bias', { shape: [labels.length], values: Float32Array.from(labels, (_, i) => (i === 1 ? 2 : 0)) });
  await writeTinyModelFiles(directory, {
    // States are 0 but for a word's own axis: a variance so small wants an epsilon smaller still.
    config: { ...(await readTinyConfig(directory, vocabularySize)), layerNormEpsilon: 1e-6 },
    weights,
    task: {
      name: 'sentiment',
      type: 'classification',
      pooling: 'mean',
      labels,
      output: 'logits',
      calibration: { temperature: 1 },
      metrics: {},
    },
    maxLength: 48,
  });
  const store = new ModelStore(models);
  await store.add('sentiment-monitor', version, directory);
  await store.promote('sentiment-monitor', version);
}

/** Norms that change nothing; everything else is 0, so that a token's state stays what its word says. */
function constant(name: string, shape: readonly number[]): NamedTensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape: [...shape], values: new Float32Array(size).fill(/norm\.weight$/i.test(name) ? 1 : 0) };
}

async function readVocabulary(directory: string): Promise<Record<string, number>> {
  const { model } = JSON.parse(await readFile(join(directory, 'tokenizer.json'), 'utf8')) as { model: { vocab: Record<string, number> } };
  return model.vocab;
}
