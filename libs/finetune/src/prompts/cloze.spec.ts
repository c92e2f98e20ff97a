import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, readManifest } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadEncoder } from '../encoders';
import type { TrainingResult } from '../training/events';
import { trainHead } from '../training/train-head';
import { attachClozeHead } from './cloze';

const VERBALIZER = { delivery: ['parcel', 'delivery'], refund: 'money', account: 'login' };
const TEMPLATES = ['{text} it is about {mask} .', 'about my {mask} : {text}'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-cloze-'));
  createTinyEncoder(join(folder, 'encoder'), { maskedLm: true });
  createTinyEncoder(join(folder, 'roberta'), { maskedLm: true, family: 'roberta', prefixed: true });
  createTinyEncoder(join(folder, 'bare'));
  writeTinyDataset(join(folder, 'few.csv'), { rows: 60 });
  writeTinyDataset(join(folder, 'test.csv'), { rows: 60, seed: 2 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(
  task: 'zero-shot' | 'few-shot',
  { prompt, ...settings }: Record<string, Record<string, unknown> | string> = {},
): HeadConfig {
  return headConfigSchema.parse({
    task,
    encoder: join(folder, 'encoder'),
    prompt: { way: 'cloze', templates: TEMPLATES, verbalizer: VERBALIZER, ...(prompt as Record<string, unknown>) },
    export: { int8: false },
    ...settings,
  });
}

async function train(name: string, config: HeadConfig): Promise<{ out: string; result: TrainingResult }> {
  const out = join(folder, name);
  return { out, result: await trainHead(config, { out, resume: false, signal: new AbortController().signal, onEvent: () => undefined }) };
}

async function logitsOf(out: string, text: string): Promise<number[]> {
  const { inputIds, tokenTypeIds } = (await loadTokenizer(out)).encode(text, undefined, 32);
  const session = await OnnxSession.open(join(out, 'onnx/model.onnx'));
  const attentionMask = new Int32Array(inputIds.length).fill(1);
  const { logits } = await session.run({
    rows: 1,
    tokens: inputIds.length,
    inputIds,
    attentionMask,
    ...(tokenTypeIds && { tokenTypeIds }),
  });
  await session.close();
  return [...logits.values];
}

describe('a head that fills a gap', () => {
  it.each(['encoder', 'roberta'])('answers before there is a row, and says nothing where the text says nothing: %s', async (encoder) => {
    const { out } = await train(
      `zero-${encoder}`,
      configOf('zero-shot', { encoder: join(folder, encoder), prompt: { contentFree: ['...'] } }),
    );
    const [first, ...others] = await logitsOf(out, '...');
    for (const other of others) expect(other).toBeCloseTo(first, 3);
    const said = await logitsOf(out, 'where is my parcel');
    expect(Math.max(...said) - Math.min(...said)).toBeGreaterThan(0.01);
    const manifest = await readManifest(out);
    expect(manifest.tasks).toMatchObject([{ pooling: 'cloze', labels: Object.keys(VERBALIZER), metrics: {} }]);
    // The longest template has 5 tokens beside the text; the encoder has room for 64.
    expect(manifest.maxLength).toBeLessThanOrEqual(64 - 5);
    expect(Object.keys(manifest.files)).toEqual(expect.arrayContaining(['heads/head.safetensors', 'heads/cloze.json']));
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('the layers of the gap and its sentences lie in `heads/`');
  });

  it('keeps the scores of the words as they are without texts that say nothing', async () => {
    const { out } = await train('uncalibrated', configOf('zero-shot', { prompt: { contentFree: [] } }));
    const [first, second] = await logitsOf(out, '...');
    expect(Math.abs(first - second)).toBeGreaterThan(1e-3);
  });

  it('learns from a few rows', async () => {
    const { result } = await train(
      'few',
      configOf('few-shot', {
        data: { train: join(folder, 'few.csv'), test: join(folder, 'test.csv') },
        optimizer: { learningRate: 3e-3 },
        training: { epochs: 12, batchSize: 12, precision: 'fp32' } as unknown as Record<string, unknown>,
      }),
    );
    expect(result.test?.accuracy).toBeGreaterThan(0.5);
    expect(result.trainableParameters).toBeGreaterThan(0);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'outside the vocabulary',
      { verbalizer: { ...VERBALIZER, refund: '猫' } },
      /the word "猫" of "refund" is not in the vocabulary of encoder/,
    ],
    [
      'of several tokens',
      { verbalizer: { ...VERBALIZER, refund: 'zyzzyva' } },
      /the word "zyzzyva" of "refund" is of \d+ tokens in the vocabulary of encoder, and must be of one/,
    ],
  ])('refuses a word %s', async (_, prompt, message) => {
    const failed = train('refused', configOf('zero-shot', { prompt }));
    await expect(failed).rejects.toMatchObject({ code: 'bad-config', message: expect.stringMatching(message) as string });
  });

  it('refuses an encoder without a masked-language-model head, a template without room and labels that do not fit', async () => {
    await expect(train('bare-head', configOf('zero-shot', { encoder: join(folder, 'bare') }))).rejects.toMatchObject({
      code: 'unsupported-encoder',
      message: expect.stringContaining('no masked-language-model head') as string,
    });
    const long = `{text} ${'it is '.repeat(40)}{mask}`;
    await expect(train('long', configOf('zero-shot', { prompt: { templates: [long] } }))).rejects.toThrow(
      /leaves encoder no room for a text/,
    );
    const data = { train: join(folder, 'few.csv') };
    const { account: _, ...others } = VERBALIZER;
    await expect(train('lacking', configOf('few-shot', { data, prompt: { verbalizer: others } }))).rejects.toThrow(
      /the label "account" has no word/,
    );
    const more = { ...VERBALIZER, chat: 'hello' };
    await expect(train('more', configOf('few-shot', { data, prompt: { verbalizer: more } }))).rejects.toThrow(
      /no row has the label "chat"/,
    );
  });

  it('reads a template as token ids, each piece by itself', async () => {
    const encoder = await loadEncoder(join(folder, 'encoder'), { maskedLm: true });
    const { tokenizer } = encoder;
    const mask = tokenizer.maskTokenId ?? -1;
    const head = attachClozeHead(configOf('zero-shot'), encoder, {
      task: 'classification',
      pooling: 'cloze',
      labels: Object.keys(VERBALIZER),
    });
    expect(head.cloze?.patterns).toEqual([
      { before: [], after: [...tokenizer.encodePiece('it is about'), mask, ...tokenizer.encodePiece('.')], gap: 3 },
      { before: [...tokenizer.encodePiece('about my'), mask, ...tokenizer.encodePiece(':')], after: [], gap: 2 },
    ]);
    expect([...encoder.weights.keys()].some((name) => name.startsWith('mlm.'))).toBe(false);
    expect(encoder.weights.get('head.output.weight')?.shape).toEqual([3, 32]);
  });
});
