import { createHash } from 'node:crypto';
import type { HeadConfig } from '../config/head-config';
import type { TokenizeOptions } from '../data/encode';
import { tokenizeExample } from '../data/encode';
import type { EncodedExample, Example } from '../data/example';
import { joined } from '../data/loaded-files';
import { loadExamples } from '../data/load-examples';
import type { TaskLayout } from '../heads/task-layout';
import { Teacher } from './teacher';

/** What teachers say about the training rows, and about rows without labels. */
export interface Lessons {
  /** `[rows × outputs]` for the training rows and then the rows without labels; means over the teachers. */
  soft: Float32Array;
  /** Rows without labels, as encoded for the student, their indices after those of the training rows. */
  unlabelled: EncodedExample[];
  /** Hash of everything that decided this. */
  sha256: string;
}

export interface LessonOptions extends TokenizeOptions {
  config: HeadConfig;
  layout: TaskLayout;
  train: readonly Example[];
  signal: AbortSignal;
}

/**
 * Asks the teachers of a configuration, one after the other, about each row. Of several the probabilities are averaged (an ensemble), each
 * over the heads that it has.
 *
 * @throws AttuneError as `Teacher.load` and `loadExamples`
 */
export async function takeLessons(keys: NonNullable<HeadConfig['distill']>, options: LessonOptions): Promise<Lessons> {
  const { config, layout, train, signal } = options;
  const files = await Promise.all([keys.unlabelled ?? []].flat().map((path) => loadTexts(path, config, signal)));
  const unlabelled = files.length === 0 ? [] : joined(files).examples;
  const rows = [...train, ...unlabelled];
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.sha256);
  const sums = new Float32Array(rows.length * layout.outputs);
  const counts = new Float32Array(layout.outputs);
  for (const directory of keys.teachers) {
    const teacher = await Teacher.load(directory, layout);
    try {
      hash.update(teacher.sha256);
      add(await teacher.say(rows, keys.temperature, signal), sums, counts);
    } finally {
      await teacher.close();
    }
  }
  const soft = sums.map((sum, i) => sum / counts[i % layout.outputs]);
  return { soft, unlabelled: encode(unlabelled, train.length, options), sha256: hash.digest('hex') };
}

function loadTexts(path: string, { data, normalization }: HeadConfig, signal: AbortSignal): ReturnType<typeof loadExamples> {
  const columns = { text: data.text, ...(data.pair !== undefined && { pair: data.pair }) };
  return loadExamples(path, columns, { task: 'classification', labelSeparator: data.labelSeparator, normalization, signal });
}

/** Adds what a teacher says; a head that it does not have is NaN in every row. */
function add(said: Float32Array, sums: Float32Array, counts: Float32Array): void {
  counts.forEach((_, column) => {
    if (!Number.isNaN(said[column])) counts[column]++;
  });
  said.forEach((value, i) => {
    if (!Number.isNaN(value)) sums[i] += value;
  });
}

/** Rows whose labels are not known. */
function encode(examples: readonly Example[], from: number, { layout, ...tokenize }: LessonOptions): EncodedExample[] {
  return examples.map((example, place) => ({
    ...tokenizeExample(example, tokenize),
    target: layout.targets === 1 ? NaN : new Float32Array(layout.targets).fill(NaN),
    index: from + place,
  }));
}

/**
 * Rows whose targets are those of the labels followed by the soft ones, as `withSoftTargets` takes them.
 *
 * @param soft `[rows × outputs]`, a row of it by an example's index
 */
export function withLessons(examples: readonly EncodedExample[], soft: Float32Array, outputs: number): EncodedExample[] {
  return examples.map((example) => {
    const hard = typeof example.target === 'number' ? [example.target] : example.target;
    const own = soft.subarray(example.index * outputs, (example.index + 1) * outputs);
    return { ...example, target: Float32Array.from([...hard, ...own]) };
  });
}
