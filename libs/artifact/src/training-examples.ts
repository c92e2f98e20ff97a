import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { dotProduct } from './dot-product';
import { AttuneError } from './errors';
import { jsonOrUndefined } from './json-or-undefined';
import { verifyFiles, type Manifest } from './manifest';
import { readSafetensors, writeSafetensors } from './safetensors/safetensors';

/** Names of the files of a model's training rows and of their vectors. A model has them only where its training was told to keep rows. */
export const EXAMPLES_FILE = 'examples.json';
export const EXAMPLE_VECTORS_FILE = 'examples.safetensors';

const VECTORS = 'vectors';
const exampleSchema = z.object({
  text: z.string(),
  pair: z.string().optional(),
  label: z.union([z.string(), z.array(z.string()), z.number()]).optional(),
});

/** A row that a model learnt from. */
export type TrainingExample = z.infer<typeof exampleSchema>;

/** Rows that a model learnt from, with their vectors of length 1 by the model itself, `[rows × width]`. */
export interface TrainingExamples {
  readonly rows: readonly TrainingExample[];
  readonly vectors: Float32Array;
}

/** A row and how near it lies. */
export interface NearExample extends TrainingExample {
  /** Cosine between its vector and that of the text. */
  readonly cosine: number;
}

/** Writes rows with their vectors into a model directory that is being made. */
export async function writeTrainingExamples(directory: string, { rows, vectors }: TrainingExamples): Promise<void> {
  const shape = [rows.length, vectors.length / Math.max(1, rows.length)];
  await writeFile(join(directory, EXAMPLES_FILE), `${JSON.stringify(rows)}\n`);
  await writeSafetensors(join(directory, EXAMPLE_VECTORS_FILE), new Map([[VECTORS, { shape, values: vectors }]]));
}

/**
 * The training rows that a model directory has; undefined where it has none.
 *
 * @throws AttuneError `bad-model` where they are damaged
 */
export async function readTrainingExamples(directory: string, manifest: Manifest): Promise<TrainingExamples | undefined> {
  const files = [EXAMPLES_FILE, EXAMPLE_VECTORS_FILE];
  if (!files.every((file) => file in manifest.files)) return undefined;
  await verifyFiles(directory, manifest, files);
  const text = await readFile(join(directory, EXAMPLES_FILE), 'utf8');
  const { tensors } = await readSafetensors(join(directory, EXAMPLE_VECTORS_FILE));
  const rows = z.array(exampleSchema).safeParse(jsonOrUndefined(text)).data;
  const vectors = tensors.get(VECTORS);
  if (rows === undefined || vectors?.shape.length !== 2 || vectors.shape[0] !== rows.length) {
    throw new AttuneError('bad-model', `${directory}/${EXAMPLES_FILE} does not hold the rows of ${EXAMPLE_VECTORS_FILE}.`, {
      remedy: 'Export the model again.',
    });
  }
  return { rows, vectors: vectors.values };
}

/** The rows whose vectors lie nearest to one of length 1, the nearest first. */
export function nearestTrainingExamples({ rows, vectors }: TrainingExamples, vector: Float32Array, most: number): NearExample[] {
  const { length: width } = vector;
  const near: { row: number; cosine: number }[] = [];
  for (let row = 0; row < rows.length; row++) {
    const cosine = dotProduct(vector, vectors.subarray(row * width, (row + 1) * width));
    if (near.length === most && cosine <= near[most - 1].cosine) continue;
    const place = near.findIndex((other) => other.cosine < cosine);
    near.splice(place < 0 ? near.length : place, 0, { row, cosine });
    if (near.length > most) near.pop();
  }
  return near.map(({ row, cosine }) => ({ ...rows[row], cosine }));
}
