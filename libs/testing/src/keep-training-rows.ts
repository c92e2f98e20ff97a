import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeFiles,
  EXAMPLE_VECTORS_FILE,
  EXAMPLES_FILE,
  MANIFEST_FILE,
  readManifest,
  writeTrainingExamples,
  type TrainingExample,
} from '@attune/artifact';

/** Writes training rows into a model directory, with the vectors that the model gives them, as an export does. */
export async function keepTrainingRows(
  directory: string,
  rows: readonly TrainingExample[],
  embed: (inputs: { text: string; pair?: string }[]) => Promise<Float32Array[]>,
): Promise<void> {
  const vectors = await embed(rows.map(({ text, pair }) => (pair === undefined ? { text } : { text, pair })));
  await writeTrainingExamples(directory, { rows, vectors: Float32Array.from(vectors.flatMap((vector) => [...vector])) });
  const manifest = await readManifest(directory);
  const files = { ...manifest.files, ...(await describeFiles(directory, [EXAMPLES_FILE, EXAMPLE_VECTORS_FILE])) };
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify({ ...manifest, files }));
}
