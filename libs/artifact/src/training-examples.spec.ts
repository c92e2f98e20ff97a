import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFiles, type Manifest } from './manifest';
import {
  EXAMPLE_VECTORS_FILE,
  EXAMPLES_FILE,
  nearestTrainingExamples,
  readTrainingExamples,
  writeTrainingExamples,
  type TrainingExamples,
} from './training-examples';

const at = (degrees: number): [number, number] => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
const EXAMPLES: TrainingExamples = {
  rows: [
    { text: 'east', label: 'a' },
    { text: 'north', pair: 'pole', label: ['a', 'b'] },
    { text: 'west', label: 3 },
    { text: 'north-east' },
  ],
  vectors: new Float32Array([0, 90, 180, 45].flatMap(at)),
};

describe('the training rows of a model', () => {
  let directory: string;
  const manifest = async (files: string[]): Promise<Manifest> => ({ files: await describeFiles(directory, files) }) as Manifest;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'attune-examples-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('come back as they were written', async () => {
    await writeTrainingExamples(directory, EXAMPLES);
    expect(await readTrainingExamples(directory, await manifest([EXAMPLES_FILE, EXAMPLE_VECTORS_FILE]))).toEqual(EXAMPLES);
  });

  it('are none where the manifest lists none', async () => {
    await writeTrainingExamples(directory, EXAMPLES);
    expect(await readTrainingExamples(directory, await manifest([]))).toBeUndefined();
  });

  it('are refused where they are not those of their vectors, or were changed', async () => {
    await writeTrainingExamples(directory, EXAMPLES);
    await writeFile(join(directory, EXAMPLES_FILE), JSON.stringify(EXAMPLES.rows.slice(1)));
    const files = [EXAMPLES_FILE, EXAMPLE_VECTORS_FILE];
    const described = await manifest(files);
    await expect(readTrainingExamples(directory, described)).rejects.toMatchObject({ code: 'bad-model' });
    await writeFile(join(directory, EXAMPLES_FILE), '{');
    await expect(readTrainingExamples(directory, described)).rejects.toMatchObject({ code: 'bad-model' });
    await expect(readTrainingExamples(directory, await manifest(files))).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('are found by their vectors, the nearest first', () => {
    const found = nearestTrainingExamples(EXAMPLES, new Float32Array(at(80)), 3);
    expect(found.map(({ text }) => text)).toEqual(['north', 'north-east', 'east']);
    expect(found[0]).toMatchObject({ pair: 'pole', label: ['a', 'b'] });
    expect(found[0].cosine).toBeCloseTo(Math.cos(Math.PI / 18), 5);
    expect(nearestTrainingExamples(EXAMPLES, new Float32Array(at(80)), 9)).toHaveLength(4);
    expect(nearestTrainingExamples({ rows: [], vectors: new Float32Array() }, new Float32Array(at(80)), 2)).toEqual([]);
  });
});
