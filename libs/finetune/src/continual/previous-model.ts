import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
  AttuneError,
  MANIFEST_FILE,
  readManifest,
  readSafetensors,
  verifyFiles,
  type HeadShape,
  type Manifest,
  type NamedTensor,
} from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { ConfiguredTask } from '../config/tasks';
import { CHECKPOINT_FILES, exportedHeads, hasCheckpoint, readFurtherHeads } from '../export/read-heads';
import { FISHER_FILE } from './fisher';

/** An exported model that training goes on from. */
export interface PreviousModel {
  directory: string;
  manifest: Manifest;
  /** Its heads in the order of its tasks. */
  heads: HeadShape[];
  /** Parameters of the heads that its checkpoint does not hold, by their names in memory (see `readFurtherHeads`). */
  furtherHeads: Map<string, NamedTensor>;
  /** Of its manifest, which holds the hashes of its files. */
  sha256: string;
  /** The models that led to it and itself, the latest first. */
  lineage: NonNullable<Manifest['lineage']>;
}

/**
 * Reads what training needs of a model beside its encoder (see `loadEncoder`).
 *
 * @throws AttuneError `missing-file` and `bad-model` for a directory that is no model or was changed, `wrong-use` for a model that has no
 *   checkpoint to go on from, `bad-config` where the tasks are others than the configured ones
 */
export async function loadPrevious(directory: string, tasks: readonly ConfiguredTask[]): Promise<PreviousModel> {
  const manifest = await readManifest(directory);
  if (!hasCheckpoint(manifest)) {
    throw new AttuneError('wrong-use', `${directory} has no checkpoint to go on from.`, {
      remedy: 'Name a directory as attune train writes it, or a copy of it made without --format or with --format huggingface.',
    });
  }
  await verifyFiles(directory, manifest, CHECKPOINT_FILES);
  checkTasks(directory, manifest, tasks);
  const bytes = await readFile(join(directory, MANIFEST_FILE));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    directory,
    manifest,
    heads: exportedHeads(manifest),
    furtherHeads: await readFurtherHeads(directory, manifest),
    sha256,
    lineage: [{ model: basename(resolve(directory)), manifest: sha256, ...trainingDataOf(manifest) }, ...(manifest.lineage ?? [])],
  };
}

function trainingDataOf({ trainingData }: Manifest): { trainingData?: { sha256: string; rows: number } } {
  return trainingData === undefined ? {} : { trainingData: { sha256: trainingData.sha256, rows: trainingData.rows } };
}

/** Every task of the model must be configured, as what it is; further ones are new. */
function checkTasks(directory: string, manifest: Manifest, tasks: readonly ConfiguredTask[]): void {
  const refuse = (message: string): AttuneError =>
    new AttuneError('bad-config', `The model ${directory}, to go on from, ${message}`, {
      remedy: 'Use the head.yaml that it was trained with, or train anew without continual.from.',
    });
  manifest.tasks.forEach((task, place) => {
    const own = taskLike(task.name, place, manifest.tasks.length, tasks);
    if (own === undefined) throw refuse(`has a task "${task.name}" that is not configured and would be lost.`);
    if (own.type !== task.type) throw refuse(`is a ${task.type} where the configuration says ${own.type}.`);
    if (own.pooling !== task.pooling) throw refuse(`reads ${task.pooling} where the configuration says ${own.pooling} (head.pooling).`);
  });
}

/** The configured task that a model's task is; of a model of one task its name says nothing. */
function taskLike(name: string, place: number, count: number, tasks: readonly ConfiguredTask[]): ConfiguredTask | undefined {
  if (count === 1 && tasks.length === 1) return tasks[0];
  const at = tasks.findIndex((task) => task.name === name);
  // The first head has names of its own in a checkpoint, and must stay the first.
  return at === 0 ? (place === 0 ? tasks[0] : undefined) : tasks.at(at < 0 ? tasks.length : at);
}

/**
 * The importance of the model's weights for what it learned, `continual/fisher.safetensors`; undefined where it was trained without.
 *
 * @throws AttuneError `bad-model` where the file was changed
 */
export async function readFisher({ directory, manifest }: PreviousModel): Promise<Map<string, NamedTensor> | undefined> {
  if (!(FISHER_FILE in manifest.files)) return undefined;
  await verifyFiles(directory, manifest, [FISHER_FILE]);
  return (await readSafetensors(join(directory, FISHER_FILE))).tensors;
}

/** What a reader should know of the model that training goes on from. */
export function describePrevious(
  { directory, manifest, heads }: PreviousModel,
  { normalization }: Pick<HeadConfig, 'normalization'>,
): string {
  const labels = heads.map(({ name, labels: own }) => `${own.length} labels${name === undefined ? '' : ` of ${name}`}`);
  const cleaning = JSON.stringify(normalization) === JSON.stringify(manifest.normalization);
  const said = labels.length === 0 ? '' : `, which has ${labels.join(', ')}`;
  return `Going on from ${directory}${said}.${cleaning ? '' : ' It was trained on texts that were cleaned otherwise (normalization).'}`;
}
