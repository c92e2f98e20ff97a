import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headOutputName, headPrefix, type ManifestTask, type NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from './tiny-encoder';
import { readTinyConfig, writeTinyModelFiles } from './tiny-model';

/** What a label counts: so much for each direction that a text has, and so much in any case. */
export interface HandSetLabel {
  readonly label: string;
  readonly weights: Readonly<Record<number, number>>;
  readonly bias: number;
}

/** A classification that reads the mean of a text's words. */
export interface HandSetTask {
  readonly name: string;
  /** Default `classification`, into one label. */
  readonly type?: 'classification' | 'multi-label';
  readonly labels: readonly HandSetLabel[];
}

/** A head whose answers are known, since its weights are set by hand. */
export interface HandSetHead {
  /** Directions that words may have: a multiple of 4. */
  readonly hiddenSize: number;
  /** The directions that a word has, from 0. All other words have none. */
  readonly words: ReadonlyMap<string, readonly number[]>;
  readonly tasks: readonly HandSetTask[];
}

/**
 * Writes a model directory whose answers are known. It is a real encoder in the same files as any other: a word's state is what
 * its directions say, and the vector of a text is the mean of its words'. A Chinese character is a word.
 */
export async function writeHandSetHead(directory: string, { hiddenSize, words, tasks }: HandSetHead): Promise<void> {
  const { weights: parameters } = createTinyEncoder(directory, { hiddenSize, layers: 1, maxLength: 64 });
  const vocabulary = await extendVocabulary(directory, words.keys());
  const size = Object.keys(vocabulary).length;
  const weights = new Map<string, NamedTensor>([...parameters].map(([name, { shape }]) => [name, constant(name, shape)]));
  const embeddings = new Float32Array(size * hiddenSize);
  for (const [word, directions] of words) for (const direction of directions) embeddings[vocabulary[word] * hiddenSize + direction] = 1;
  weights.set('embeddings.word_embeddings.weight', { shape: [size, hiddenSize], values: embeddings });
  const [task, ...further] = tasks.map(({ name, type = 'classification', labels }, place): ManifestTask => {
    const shape = { task: type, pooling: 'mean' as const, labels: labels.map(({ label }) => label) };
    const named = tasks.length > 1 ? { ...shape, name } : shape;
    setTask(weights, headPrefix(named, place), labels, hiddenSize);
    return {
      name,
      type,
      pooling: 'mean',
      labels: shape.labels,
      output: headOutputName(named),
      calibration: { temperature: 1 },
      metrics: {},
    };
  });
  // States are 0 but for a word's own axes: a variance so small wants an epsilon smaller still.
  const config = { ...(await readTinyConfig(directory, size)), layerNormEpsilon: 1e-6 };
  await writeTinyModelFiles(directory, { config, weights, task, further, maxLength: 48 });
}

function setTask(weights: Map<string, NamedTensor>, prefix: string, labels: readonly HandSetLabel[], hiddenSize: number): void {
  const values = new Float32Array(labels.length * hiddenSize);
  labels.forEach((label, row) => {
    for (const [direction, weight] of Object.entries(label.weights)) values[row * hiddenSize + Number(direction)] = weight;
  });
  weights.set(`${prefix}.output.weight`, { shape: [labels.length, hiddenSize], values });
  weights.set(`${prefix}.output.bias`, { shape: [labels.length], values: Float32Array.from(labels, ({ bias }) => bias) });
}

/** Norms that change nothing; everything else is 0, so that a token's state stays what its word says. */
function constant(name: string, shape: readonly number[]): NamedTensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape: [...shape], values: new Float32Array(size).fill(/norm\.weight$/i.test(name) ? 1 : 0) };
}

/** Makes words pieces of their own where the tokenizer would take them apart. */
async function extendVocabulary(directory: string, words: Iterable<string>): Promise<Record<string, number>> {
  const file = join(directory, 'tokenizer.json');
  const tokenizer = JSON.parse(await readFile(file, 'utf8')) as { model: { vocab: Record<string, number> } };
  const { vocab } = tokenizer.model;
  for (const word of words) vocab[word] ??= Object.keys(vocab).length;
  await writeFile(file, JSON.stringify(tokenizer));
  return vocab;
}
