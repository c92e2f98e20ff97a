import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, wordsOf, type Tokenizer } from '@attune/artifact';
import { createTinyEncoder, encoderFixture, writeTinyDataset } from '@attune/testing';
import { headConfigSchema } from '../config/head-config';
import { loadBinding } from '../native/tensorflow';
import { trainHead } from '../training/train-head';
import { readEncoderConfig } from '../encoders/encoder-config';
import { readEncoderWeights } from '../encoders/load-encoder';
import { TextExplainer } from './explain-text';
import { IntegratedGradients } from './integrated-gradients';
import { wordTokens } from './word-tokens';

describe('integrated gradients', () => {
  let folder: string;
  let explainer: TextExplainer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-explain-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'bert' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 120, task: 'classification' });
    const config = headConfigSchema.parse({
      encoder: join(folder, 'encoder'),
      data: { train: join(folder, 'rows.csv') },
      training: { epochs: 3, maxLength: 32 },
      optimizer: { learningRate: 2e-3 },
      export: { int8: false },
    });
    await trainHead(config, { out: join(folder, 'model'), resume: false, signal: new AbortController().signal, onEvent: () => undefined });
    explainer = await TextExplainer.load(join(folder, 'model'));
  }, 120_000);
  afterAll(async () => {
    explainer.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('add up to what the label gains over a text of padding', () => {
    const { words, others, output, reference, incompleteness, label, steps } = explainer.explain({ text: 'please refund the lamp' });
    expect(words.map(({ text }) => text)).toEqual(['please', 'refund', 'the', 'lamp']);
    const sum = words.reduce((total, { attribution }) => total + attribution, others);
    expect(Math.abs(sum - (output - reference))).toBeLessThanOrEqual(0.011 * Math.max(Math.abs(output - reference), 1e-3));
    expect(incompleteness).toBeLessThanOrEqual(0.01);
    expect(steps).toBeGreaterThanOrEqual(32);
    expect(['account', 'delivery', 'refund']).toContain(label);
  });

  it('are 0 for what stands after the last token that is read', () => {
    const long = `refund ${'lamp '.repeat(60)}`;
    const { words } = explainer.explain({ text: long });
    expect(words.length).toBeLessThan(32);
  });

  it('leave no tensor behind', () => {
    const before = loadBinding().getNumOfTensors();
    explainer.explain({ text: 'where is my parcel' });
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });

  it('refuse an unknown label or task, and a text without words', () => {
    expect(() => explainer.explain({ text: 'lamp', label: 'weather' })).toThrow(/no label "weather"/);
    expect(() => explainer.explain({ text: 'lamp', task: 'weather' })).toThrow(/no task "weather"/);
    expect(() => explainer.explain({ text: ' … ! ' })).toThrow(/has no words/);
  });
});

describe('attributions', () => {
  interface Expected {
    row: number;
    output: number;
    explained: number[];
    logit: number;
    reference: number;
    attributions: number[];
  }

  it("are Python's", async () => {
    const { directory, cases } = encoderFixture('bert');
    const expected = JSON.parse(await readFile(join(directory, 'integrated-gradients.json'), 'utf8')) as Expected[];
    const batch = cases.find(({ name }) => name === 'padded');
    const description = await readEncoderConfig(directory);
    const { weights } = await readEncoderWeights(directory, description);
    const head = { task: 'classification' as const, pooling: 'pooler' as const, labels: ['a', 'b', 'c'] };
    const gradients = new IntegratedGradients({ encoder: description, heads: [head], weights });
    try {
      for (const { row, output, explained, logit, reference, attributions } of expected) {
        const of = (values: Int32Array | undefined): Int32Array =>
          (values ?? new Int32Array()).slice(row * (batch?.tokens ?? 0)).slice(0, attributions.length);
        const input = { inputIds: of(batch?.inputIds), tokenTypeIds: of(batch?.tokenTypeIds), target: NaN, index: 0 };
        const found = gradients.attribute(input, { head: 0, output, explained });
        expect(found.output).toBeCloseTo(logit, 4);
        expect(found.reference).toBeCloseTo(reference, 4);
        const span = Math.max(...attributions.map(Math.abs));
        attributions.forEach((value, token) => expect(Math.abs(found.values[token] - value)).toBeLessThan(0.02 * span));
      }
    } finally {
      gradients.dispose();
    }
  });
});

describe('the tokens of words', () => {
  const TOKENIZERS = join(__dirname, '../../../artifact/test/fixtures/tokenizers');

  it.each(['wordpiece', 'byte-level-bpe', 'unigram'])('are told apart by the tokenizer %s', async (name) => {
    const tokenizer: Tokenizer = await loadTokenizer(join(TOKENIZERS, name));
    const text = 'Profits fell sharply, and the shares did too.';
    const whole = tokenizer.encode(text, undefined, 128).inputIds;
    const words = wordTokens(text, wordsOf(text), whole, tokenizer) ?? [];
    expect(words.map((word) => word.text)).toEqual(['Profits', 'fell', 'sharply', 'and', 'the', 'shares', 'did', 'too']);
    const places = words.flatMap(({ tokens }) => tokens);
    expect(new Set(places).size).toBeGreaterThanOrEqual(words.length);
    expect(Math.min(...places)).toBe(1);
    expect(Math.max(...places)).toBeLessThan(whole.length - 1);
    // In front of a second text, the places are the same.
    const pair = tokenizer.encode(text, 'Brightmoor Energy', 128).inputIds;
    expect(wordTokens(text, wordsOf(text), pair, tokenizer)).toEqual(words);
  });
});
