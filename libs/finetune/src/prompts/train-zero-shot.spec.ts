import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, readManifest } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadEncoder } from '../encoders';
import { plainEmbedding } from '../export/plain-forward';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from '../training/events';
import { trainHead } from '../training/train-head';

const LABELS = { delivery: ['when does it arrive', 'the parcel is late'], refund: 'i want my money back', account: 'i cannot log in' };
const TEMPLATES = ['{label}', 'this is about {label} .'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-zero-shot-'));
  createTinyEncoder(join(folder, 'encoder'));
  writeTinyDataset(join(folder, 'rows.csv'), { rows: 30 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(settings: Record<string, unknown> = {}): HeadConfig {
  return headConfigSchema.parse({
    task: 'zero-shot',
    encoder: join(folder, 'encoder'),
    prompt: { labels: LABELS, templates: TEMPLATES, temperature: 0.1 },
    export: { int8: false },
    ...settings,
  });
}

async function train(
  name: string,
  config: HeadConfig,
): Promise<{ out: string; notes: string[]; result: Awaited<ReturnType<typeof trainHead>> }> {
  const notes: string[] = [];
  const out = join(folder, name);
  const onEvent = (event: TrainingEvent): void => void (event.type === 'note' && notes.push(event.message));
  const result = await trainHead(config, { out, resume: false, signal: new AbortController().signal, onEvent });
  return { out, notes, result };
}

/** The normalised mean of the states, in plain JavaScript. */
async function embed(text: string): Promise<Float64Array> {
  const encoder = await loadEncoder(join(folder, 'encoder'));
  return plainEmbedding(encoder.config, encoder.weights, encoder.tokenizer.encode(text, undefined, 64));
}

function unit(vectors: Float64Array[]): Float64Array {
  const sum = vectors[0].map((_, i) => vectors.reduce((total, vector) => total + vector[i], 0));
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

describe('a zero-shot head', () => {
  it('scores a text by its cosine with the mean of the filled templates, before there is a single labelled row', async () => {
    const before = loadBinding().getNumOfTensors();
    const { out, notes } = await train('alone', configOf());
    expect(loadBinding().getNumOfTensors()).toBe(before);
    expect(notes).toEqual([expect.stringContaining('no labelled rows') as string]);

    const text = 'my parcel has not arrived yet';
    const of = await embed(text);
    const expected: number[] = [];
    for (const own of Object.values(LABELS)) {
      const texts = [own].flat().flatMap((label) => TEMPLATES.map((template) => template.replace('{label}', label)));
      const vector = unit(await Promise.all(texts.map(embed)));
      expected.push(of.reduce((sum, value, i) => sum + value * vector[i], 0) / 0.1);
    }
    const tokenizer = await loadTokenizer(out);
    const { inputIds, tokenTypeIds } = tokenizer.encode(text, undefined, 64);
    const session = await OnnxSession.open(join(out, 'onnx/model.onnx'));
    const { logits } = await session.run({
      rows: 1,
      tokens: inputIds.length,
      inputIds,
      attentionMask: new Int32Array(inputIds.length).fill(1),
      ...(tokenTypeIds && { tokenTypeIds }),
    });
    await session.close();
    expect(logits.values).toHaveLength(3);
    logits.values.forEach((logit, label) => expect(logit).toBeCloseTo(expected[label], 3));

    const manifest = await readManifest(out);
    expect(manifest).toMatchObject({
      tasks: [{ type: 'classification', pooling: 'embedding', labels: Object.keys(LABELS), calibration: { temperature: 1 }, metrics: {} }],
      trainingData: { rows: 0 },
    });
    expect(manifest.tuner).toBeUndefined();
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain('No weight of the encoder was trained');
    expect(card).toContain('no labelled rows to validate on');
  });

  it('is calibrated and reported on by labelled rows, where there are any', async () => {
    const { out, notes, result } = await train(
      'calibrated',
      configOf({ data: { train: join(folder, 'rows.csv'), test: join(folder, 'rows.csv') } }),
    );
    expect(notes).toEqual([]);
    expect(result.validation).toMatchObject({ rows: 30, labels: Object.keys(LABELS) });
    expect(result.test?.rows).toBe(30);
    const [task] = (await readManifest(out)).tasks;
    expect(task.calibration.temperature).not.toBe(1);
    expect(task.metrics.accuracy).toBe(result.test?.accuracy);
  });

  it('takes the labels of the rows, described by their names, where none are described', async () => {
    const { result } = await train('by-names', configOf({ prompt: {}, data: { train: join(folder, 'rows.csv') } }));
    expect(result.validation.labels).toEqual(['account', 'delivery', 'refund']);
  });

  it('refuses a row whose label is not described', async () => {
    await writeFile(join(folder, 'other.csv'), 'text,label\nwhere is it,delivery\nhello,chat\n');
    const config = configOf({ data: { train: join(folder, 'other.csv') } });
    await expect(train('other', config)).rejects.toThrow(/row 2: the label "chat" does not occur in prompt.labels/);
  });
});
