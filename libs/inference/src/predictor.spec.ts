import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, MANIFEST_FILE } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { tinyLabels, writeTinyModel } from '../test/tiny-model';
import { benchmarkInference, benchmarkTexts } from './benchmark';
import { Predictor } from './predictor';
import { padBatch } from './text-model';
import type { TextInput } from './worker-protocol';

const root = mkdtemp(join(tmpdir(), 'attune-predictor-'));
const inRoot = async (name: string): Promise<string> => join(await root, name);
afterAll(async () => rm(await root, { recursive: true }));

/** What the model says of each text alone, without workers and batches. */
async function oneByOne(directory: string, texts: readonly TextInput[], output: string): Promise<number[][]> {
  const tokenizer = await loadTokenizer(directory);
  const session = await OnnxSession.open(join(directory, 'onnx/model.onnx'));
  const rows: number[][] = [];
  for (const { text, pair } of texts) {
    const outputs = await session.run(padBatch([tokenizer.encode(text, pair, 16)], tokenizer.padTokenId));
    rows.push([...outputs[output].values]);
  }
  await session.close();
  return rows;
}

function expectClose(actual: ArrayLike<number>[], expected: number[][], digits = 4): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((row, index) => Array.from(row).forEach((value, unit) => expect(value).toBeCloseTo(expected[index][unit], digits)));
}

describe('Predictor', () => {
  const texts: TextInput[] = [
    { text: 'where is my order' },
    { text: 'i forgot my password and need help to get a new one now' },
    { text: 'refund' },
    { text: 'where is my order' },
    { text: 'where is my order', pair: 'it should be here' },
    { text: '' },
    ...Array.from({ length: 60 }, (_, index) => ({
      text: 'please help me with this and that now'.slice(0, 5 + (index % 30)) + ' ' + 'a'.repeat(index % 7),
    })),
  ];
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await Predictor.open(await writeTinyModel(await inRoot('head'), { temperature: 2 }), {
      precision: 'fp32',
      threads: 2,
      tokenBudget: 64,
    });
  });
  afterAll(() => predictor.close());

  it('gives each text the logits it has alone, in the order of the texts', async () => {
    const predictions = await predictor.predict(texts);
    expectClose(
      predictions.map(({ logits }) => logits),
      await oneByOne(await inRoot('head'), texts, 'logits'),
    );
    expect(predictions[3]).toBe(predictions[0]);
  });

  it('names the likeliest label with its probability at the temperature of the manifest', async () => {
    const [{ label, probability, probabilities, logits }] = await predictor.predict([{ text: 'my card' }]);
    const powers = Array.from(logits, (logit) => Math.exp(logit / 2));
    const sum = powers.reduce((total, power) => total + power, 0);
    tinyLabels.forEach((name, index) => expect(probabilities[name]).toBeCloseTo(powers[index] / sum, 6));
    expect(label).toBe(tinyLabels[powers.indexOf(Math.max(...powers))]);
    expect(probability).toBe(Math.max(...Object.values(probabilities)));
  });

  it('cleans texts as the manifest says', async () => {
    const [dirty, clean] = await predictor.predict([{ text: ' my <b>card</b>&nbsp;\n now' }, { text: 'my card now' }]);
    expect(dirty.logits).toEqual(clean.logits);
  });

  it('embeds, with vectors of length 1, while it predicts', async () => {
    const [vectors] = await Promise.all([predictor.embed(texts), predictor.predict(texts)]);
    expectClose(vectors, await oneByOne(await inRoot('head'), texts, 'embedding'));
    expect(Math.hypot(...vectors[1])).toBeCloseTo(1, 5);
  });

  it('answers no texts with no predictions', async () => {
    expect(await predictor.predict([])).toEqual([]);
  });

  it('names a task that the model does not have', async () => {
    await expect(predictor.predict(texts, 'mood')).rejects.toMatchObject({ code: 'wrong-use', message: expect.stringContaining('"mood"') });
  });

  it('says the same in int8 of a text alone and beside others', async () => {
    const int8 = await Predictor.open(await inRoot('head'), { precision: 'int8', threads: 2 });
    const together = await int8.predictAll(texts, { embedding: true });
    for (const [index, text] of texts.slice(0, 20).entries()) {
      const [alone] = await int8.predictAll([text], { embedding: true });
      expectClose([together[index].tasks.topic.logits], [[...alone.tasks.topic.logits]], 5);
      expectClose([together[index].embedding ?? []], [[...(alone.embedding ?? [])]], 5);
    }
    await int8.close();
  });

  it('tells tasks and vector of one pass, as they come alone', async () => {
    const [all, predictions, vectors] = await Promise.all([
      predictor.predictAll(texts, { embedding: true }),
      predictor.predict(texts, 'topic'),
      predictor.embed(texts),
    ]);
    expect(all.map(({ tasks }) => tasks.topic.label)).toEqual(predictions.map(({ label }) => label));
    expectClose(
      all.map(({ embedding }) => embedding ?? []),
      vectors.map((vector) => [...vector]),
    );
    expect((await predictor.predictAll(texts.slice(0, 1)))[0].embedding).toBeUndefined();
    await expect(predictor.predictAll(texts, { tasks: ['mood'] })).rejects.toMatchObject({ code: 'wrong-use' });
  });

  it('refuses a withdrawn call', async () => {
    const signal = AbortSignal.abort();
    await expect(predictor.predict([{ text: 'my card' }], undefined, { signal })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('loses little in int8', async () => {
    const int8 = await Predictor.open(await inRoot('head'), { precision: 'int8', threads: 1 });
    const [exact, quantised] = await Promise.all([predictor.embed(texts), int8.embed(texts)]);
    await int8.close();
    exact.forEach((vector, index) => {
      expect(vector.reduce((sum, value, unit) => sum + value * quantised[index][unit], 0)).toBeGreaterThan(0.98);
    });
  });
});

describe('Predictor, by task', () => {
  it('gives the labels over their thresholds in a multi-label task', async () => {
    const directory = await writeTinyModel(await inRoot('multi-label'), { type: 'multi-label', thresholds: { refund: 0, delivery: 1 } });
    const predictor = await Predictor.open(directory, { precision: 'fp32', threads: 1 });
    const [{ labels, label, probabilities, logits }] = await predictor.predict([{ text: 'my card' }]);
    await predictor.close();
    expect(label).toBeUndefined();
    expect(labels).toEqual(['refund', ...(logits[2] >= 0 ? ['password'] : [])]);
    expect(probabilities.password).toBeCloseTo(1 / (1 + Math.exp(-logits[2])), 6);
  });

  it('gives the number in a regression', async () => {
    const directory = await writeTinyModel(await inRoot('regression'), { type: 'regression', labels: ['score'] });
    const predictor = await Predictor.open(directory, { precision: 'fp32', threads: 1 });
    const [{ value, logits, probabilities }] = await predictor.predict([{ text: 'my card' }]);
    await predictor.close();
    expect(value).toBe(logits[0]);
    expect(probabilities).toEqual({});
  });

  it('marks where a text names its second text, if the manifest says so', async () => {
    const directory = await writeTinyModel(await inRoot('marked'), { entityMarkers: 'punctuation' });
    const marking = await Predictor.open(directory, { precision: 'fp32', threads: 1 });
    const predictions = await marking.predict([
      { text: 'where is my order', pair: 'order' },
      { text: 'where is my order', pair: 'refund' },
      { text: 'where is my order' },
    ]);
    await marking.close();
    const asTokenised = [
      { text: 'where is my @ order @', pair: 'order' },
      { text: 'where is my order', pair: 'refund' },
      { text: 'where is my order' },
    ];
    expectClose(
      predictions.map(({ logits }) => logits),
      await oneByOne(directory, asTokenised, 'logits'),
    );
    expect(predictions[0].logits).not.toEqual(predictions[1].logits);
  });

  it('embeds with a model that has no manifest, and has nothing to predict', async () => {
    const directory = await writeTinyModel(await inRoot('bare'), { bare: true });
    const predictor = await Predictor.open(directory, { precision: 'fp32', threads: 1 });
    const texts = [{ text: 'my card' }, { text: 'where is my order' }];
    expectClose(await predictor.embed(['my card', 'where is my order']), await oneByOne(directory, texts, 'embedding'));
    await expect(predictor.predict(texts)).rejects.toMatchObject({ code: 'wrong-use' });
    await predictor.close();
  });
});

describe('Predictor.open', () => {
  it('names a directory that is not there, and one that holds no model', async () => {
    await expect(Predictor.open(await inRoot('absent'), { precision: 'int8' })).rejects.toMatchObject({ code: 'missing-file' });
    await expect(Predictor.open(await root, { precision: 'int8' })).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('refuses a model file that is not the one of the manifest', async () => {
    const directory = await writeTinyModel(await inRoot('changed'));
    await appendFile(join(directory, 'onnx/model.onnx'), 'x');
    await expect(Predictor.open(directory, { precision: 'fp32' })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('onnx/model.onnx'),
    });
  });

  it('names the precision that a model lacks', async () => {
    const directory = await writeTinyModel(await inRoot('fp32-only'));
    const manifest = JSON.parse(await readFile(join(directory, MANIFEST_FILE), 'utf8')) as { onnx: { int8?: string } };
    delete manifest.onnx.int8;
    await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(manifest));
    await expect(Predictor.open(directory, { precision: 'int8' })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('int8'),
    });
  });
});

describe('benchmarkInference', () => {
  it('counts texts and tokens, and takes times', async () => {
    const directory = await writeTinyModel(await inRoot('benchmark'));
    const figures = await benchmarkInference(directory, {
      precision: 'int8',
      threads: 1,
      texts: benchmarkTexts(50),
      rounds: 2,
      singles: 3,
    });
    expect(figures).toMatchObject({ precision: 'int8', threads: 1, texts: 50 });
    expect(figures.tokens).toBeGreaterThan(50 * 10);
    expect(figures.textsPerSecond).toBeCloseTo(50 / figures.seconds, 6);
    expect(figures.shortTexts.tokensPerText).toBeGreaterThan(0);
    expect(figures.shortTexts.textsPerSecond).toBeGreaterThan(0);
    expect(figures.paddingShare).toBeGreaterThanOrEqual(0);
    expect(figures.paddingShare).toBeLessThan(0.2);
    expect(figures.singleTextMilliseconds.p99).toBeGreaterThanOrEqual(figures.singleTextMilliseconds.p50);
  });

  it('makes the same different texts each time', () => {
    expect(benchmarkTexts(500)).toEqual(benchmarkTexts(500));
    expect(new Set(benchmarkTexts(5000).map(({ text }) => text)).size).toBe(5000);
  });
});
