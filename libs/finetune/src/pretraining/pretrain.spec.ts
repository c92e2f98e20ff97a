import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadEncoder } from '../encoders';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from '../training/events';
import { pretrain, type PretrainOptions } from './pretrain';

let folder: string;
let texts: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-pretrain-'));
  texts = join(folder, 'texts.csv');
  writeTinyDataset(texts, { rows: 240 });
  createTinyEncoder(join(folder, 'encoder'), { maxLength: 48 });
  createTinyEncoder(join(folder, 'roberta'), { family: 'roberta', maskedLm: true, prefixed: true });
  await writeFile(join(folder, 'one.txt'), 'one text alone\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(keys: Record<string, unknown> = {}, encoder = 'encoder'): HeadConfig {
  return headConfigSchema.parse({
    encoder: join(folder, encoder),
    training: { precision: 'fp32' },
    pretraining: { data: texts, validationShare: 0.2, batchSize: 16, epochs: 2, learningRate: 3e-3, evaluateEvery: 10, ...keys },
  });
}

function optionsFor(name: string, more: Partial<PretrainOptions> = {}): PretrainOptions {
  return { out: join(folder, name), resume: false, signal: new AbortController().signal, onEvent: () => undefined, ...more };
}

/** Aborts a run when it has taken some steps. */
function abortAt(step: number): Pick<PretrainOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => event.type === 'step' && event.step === step && controller.abort(),
  };
}

const weightsOf = (name: string): Promise<Buffer> => readFile(join(folder, name, 'model.safetensors'));

describe('pretraining', () => {
  it('learns a head for an encoder without one, tells its course and leaves nothing behind', async () => {
    const before = loadBinding().getNumOfTensors();
    const events: TrainingEvent[] = [];
    const result = await pretrain(configOf(), optionsFor('learned', { onEvent: (event) => events.push(event) }));
    expect(loadBinding().getNumOfTensors()).toBe(before);
    expect(result.perplexity.after).toBeLessThan(0.8 * result.perplexity.before);
    const judged = events.flatMap((event) => (event.type === 'evaluation' ? [event] : []));
    expect(judged.map(({ step }) => step)).toEqual([0, 10, 20, result.steps].filter((step, i, all) => all.indexOf(step) === i));
    expect(judged[0].metrics.perplexity).toBeCloseTo(Math.exp(judged[0].metrics.loss));
    const last = events.findLast((event) => event.type === 'step');
    expect(last).toMatchObject({ step: result.steps, steps: result.steps, tokensPerSecond: expect.any(Number) as number });
    expect(events).toContainEqual({ type: 'note', message: 'encoder has no masked-language-model head: a new one is learned.' });
    expect((await readdir(join(folder, 'learned'))).sort()).toEqual([
      'README.md',
      'config.json',
      'history.json',
      'metrics.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    const { config, sourceConfig, weights } = await loadEncoder(join(folder, 'learned'), { maskedLm: true });
    expect(sourceConfig.architectures).toEqual(['BertForMaskedLM']);
    expect(weights.get('mlm.bias')?.shape).toEqual([config.vocabularySize]);
    expect(weights.has('head.dense.weight')).toBe(true);
  }, 240_000);

  it('goes on after a stop as if it had not been', async () => {
    const settings = { epochs: 1.5, shuffleRows: 40, packing: true, batchSize: 4, evaluateEvery: 6 };
    await pretrain(configOf(settings, 'roberta'), optionsFor('unbroken'));
    const interrupted = pretrain(configOf(settings, 'roberta'), optionsFor('resumed', abortAt(17)));
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted', message: expect.stringContaining('at step 17') as string });
    const other = configOf({ ...settings, maskShare: 0.3 }, 'roberta');
    await expect(pretrain(other, optionsFor('resumed', { resume: true }))).rejects.toMatchObject({
      code: 'wrong-use',
      message: expect.stringContaining('another configuration') as string,
    });
    await pretrain(configOf({ ...settings, checkpointEvery: 3 }, 'roberta'), optionsFor('resumed', { resume: true }));
    expect(await weightsOf('resumed')).toEqual(await weightsOf('unbroken'));
    const history = (name: string): Promise<string> => readFile(join(folder, name, 'history.json'), 'utf8');
    expect(await history('resumed')).toBe(await history('unbroken'));
    await expect(readdir(join(folder, 'resumed.training'))).rejects.toMatchObject({ code: 'ENOENT' });
  }, 240_000);

  it('begins with random weights and a vocabulary of the texts', async () => {
    const settings = { scratch: true, vocabularySize: 150, layers: 1, hidden: 32, heads: 2, maxLength: 32, epochs: 1 };
    const result = await pretrain(configOf(settings), optionsFor('scratch'));
    expect(result.perplexity.after).toBeLessThan(result.perplexity.before);
    const { config, tokenizer } = await loadEncoder(join(folder, 'scratch'), { maskedLm: true });
    expect(config).toMatchObject({ vocabularySize: 150, layers: 1, hiddenSize: 32, intermediateSize: 128, maxPositions: 32 });
    expect(tokenizer.encodePiece('the parcel')).not.toContain(tokenizer.unknownTokenId);
    await pretrain(configOf(settings), optionsFor('scratch-again'));
    expect(await weightsOf('scratch-again')).toEqual(await weightsOf('scratch'));
  }, 240_000);

  it('stops where the loss is no number, and names the rows', async () => {
    await expect(pretrain(configOf({ learningRate: 1e30 }), optionsFor('diverged'))).rejects.toMatchObject({
      code: 'training-failed',
      message: expect.stringMatching(/on rows texts\.csv, row \d+/) as string,
    });
  }, 240_000);

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a vocabulary larger than the texts give', { scratch: true, vocabularySize: 5000 }, 'bad-data', /give a vocabulary of \d+ pieces/],
    ['a vocabulary smaller than their characters', { scratch: true, vocabularySize: 10 }, 'bad-config', /characters of the texts alone/],
    ['a width that heads cannot share', { scratch: true, hidden: 30, heads: 4 }, 'bad-config', /4 heads cannot share/],
    ['too few texts', { data: 'one.txt' }, 'bad-data', /too few different texts/],
  ])('refuses %s', async (_, keys, code, message) => {
    const data = typeof keys.data === 'string' ? join(folder, keys.data) : texts;
    await expect(pretrain(configOf({ ...keys, data }), optionsFor('refused'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses an encoder without a mask token', async () => {
    createTinyEncoder(join(folder, 'maskless'));
    const file = join(folder, 'maskless/tokenizer_config.json');
    const { mask_token: _, ...settings } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify(settings));
    await expect(pretrain(configOf({}, 'maskless'), optionsFor('refused'))).rejects.toMatchObject({
      code: 'unsupported-encoder',
      message: expect.stringContaining('has no mask token') as string,
    });
  });
});
