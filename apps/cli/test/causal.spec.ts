import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runInProcess } from './run-attune';

/** A causal encoder: a head on its last token, trained for a moment, and what it writes. */
describe('attune with GPT-2', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-causal-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'gpt2' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 90 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['full', 'lora', 'head'])('trains, exports, evaluates and predicts with tuner %s', async (tuner) => {
    await run('train', '--encoder', './encoder', '--epochs', '1', '--tuner', tuner, '--data', 'rows.csv', '--out', tuner, '--json');
    const report = parse((await run('evaluate', '--model', tuner, '--data', 'rows.csv', '--json')).stdout);
    expect(report.macroF1).toEqual(expect.any(Number));
    for (const precision of ['fp32', 'int8']) {
      const { label } = parse(
        (await run('predict', '--model', tuner, '--text', 'refund the lamp', '--precision', precision, '--json')).stdout,
      );
      expect(label).toEqual(expect.any(String));
    }
    const config = parse(await readFile(join(folder, tuner, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ architectures: ['GPT2ForSequenceClassification'], pad_token_id: 0 });
    expect(parse(await readFile(join(folder, tuner, 'tokenizer_config.json'), 'utf8')).pad_token).toBe('<|endoftext|>');
  });

  it('refuses a tuner and a pooling that it has no place for', async () => {
    const train = (...args: string[]) =>
      run('train', '--encoder', './encoder', '--epochs', '1', '--data', 'rows.csv', '--out', 'none', ...args);
    await expect(train('--tuner', 'adapters')).rejects.toThrow('causal encoders such as GPT-2 do not have');
    await expect(train('--set', 'head.pooling=cls')).rejects.toThrow('the first token of encoder sees no other');
  });

  it('writes on from a text, the same again with the same seed', async () => {
    const write = (...args: string[]) => run('generate', '--model', './encoder', '--text', 'where is my', '--tokens', '5', ...args);
    const first = parse((await write('--seed', '3', '--top-k', '20', '--top-p', '0.9', '--json')).stdout);
    expect(first).toMatchObject({ text: 'where is my', continuation: expect.any(String) as string, seed: 3 });
    expect(first.tokens).toBeLessThanOrEqual(5);
    const again = parse((await write('--seed', '3', '--top-k', '20', '--top-p', '0.9', '--json')).stdout);
    expect(again.continuation).toBe(first.continuation);
    expect((await write('--temperature', '0')).stdout.startsWith('where is my')).toBe(true);
  });

  it.each([
    [['--top-p', '2'], '--top-p must be above 0'],
    [['--temperature', '-1'], '--temperature must not be negative'],
    [['--tokens', '0'], 'whole number from 1'],
  ])('refuses %j', async (args, message) => {
    await expect(run('generate', '--model', './encoder', '--text', 'a', ...args)).rejects.toThrow(message);
  });

  it('says that a head writes nothing', async () => {
    await expect(run('generate', '--model', 'full', '--text', 'a')).rejects.toThrow('was trained to give labels');
  });
});
