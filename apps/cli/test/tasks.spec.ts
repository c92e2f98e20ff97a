import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runInProcess } from './run-attune';

/** Tasks and tuners beside the usual ones, each trained for a moment and used once. */
describe('attune, other tasks and tuners', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result;
  };
  const train = (...args: string[]) => run('train', '--encoder', './encoder', '--epochs', '1', '--json', ...args);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-tasks-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'distilbert' });
    writeTinyDataset(join(folder, 'labels.csv'), { rows: 90, task: 'multi-label' });
    writeTinyDataset(join(folder, 'scores.csv'), { rows: 90, task: 'regression' });
    writeTinyDataset(join(folder, 'pairs.csv'), { rows: 90, pair: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('trains, evaluates and predicts several labels', async () => {
    await train('--task', 'multi-label', '--data', 'labels.csv', '--out', 'labels');
    const report = parse((await run('evaluate', '--model', 'labels', '--data', 'labels.csv', '--json')).stdout);
    expect(report).toMatchObject({
      task: 'multi-label',
      microF1: expect.any(Number) as number,
      thresholds: expect.any(Array) as unknown[],
    });
    const prediction = parse((await run('predict', '--model', 'labels', '--text', 'refund the lamp', '--json')).stdout);
    expect(Object.keys(prediction)).toEqual(['labels', 'probabilities']);
    await run('predict', '--model', 'labels', '--data', 'labels.csv', '--out', 'labels-out.csv');
    expect((await readFile(join(folder, 'labels-out.csv'), 'utf8')).split('\n')[0]).toBe('text,label,labels');
  });

  it('trains, evaluates and predicts a number', async () => {
    await train('--task', 'regression', '--data', 'scores.csv', '--label', 'score', '--out', 'scores');
    const report = parse((await run('evaluate', '--model', 'scores', '--data', 'scores.csv', '--json')).stdout);
    expect(report).toMatchObject({
      task: 'regression',
      rows: 90,
      mse: expect.any(Number) as number,
      spearman: expect.any(Number) as number,
    });
    expect(Object.keys(parse((await run('predict', '--model', 'scores', '--text', 'excellent', '--json')).stdout))).toEqual(['value']);
  });

  it('tunes pairs of texts with LoRA, and exports the adapter', async () => {
    const result = parse((await train('--tuner', 'lora', '--data', 'pairs.csv', '--pair', 'pair', '--out', 'pairs')).stdout);
    expect(Number(result.trainableParameters)).toBeLessThan(Number(result.totalParameters));
    await run('predict', '--model', 'pairs', '--text', 'hello', '--pair', 'refund the lamp');
    await run('evaluate', '--model', 'pairs', '--data', 'pairs.csv', '--json');
    await run('export', '--model', 'pairs', '--out', 'adapter', '--format', 'peft');
    expect(existsSync(join(folder, 'adapter/adapter_model.safetensors'))).toBe(true);
  });

  it.each(['dora', 'ia3', 'adapters', 'prompt-tuning'])('trains, evaluates, predicts and exports with tuner %s', async (tuner) => {
    const result = parse((await train('--tuner', tuner, '--data', 'labels.csv', '--task', 'multi-label', '--out', tuner)).stdout);
    expect(Number(result.trainableParameters)).toBeLessThan(0.2 * Number(result.totalParameters));
    await run('predict', '--model', tuner, '--text', 'refund the lamp', '--json');
    const report = parse((await run('evaluate', '--model', tuner, '--data', 'labels.csv', '--json')).stdout);
    expect(report.microF1).toEqual(expect.any(Number));
    const exported = run('export', '--model', tuner, '--out', `${tuner}-peft`, '--format', 'peft');
    if (tuner === 'adapters') await expect(exported).rejects.toThrow('no adapter of PEFT');
    else await exported;
    expect(existsSync(join(folder, `${tuner}-peft/adapter_model.safetensors`))).toBe(tuner !== 'adapters');
  });

  it('exports an encoder as an embedding model', async () => {
    await run('export', '--model', './encoder', '--out', 'embedder');
    const { embedding } = parse((await run('embed', '--model', 'embedder', '--text', 'hello', '--json')).stdout);
    const norm = Math.hypot(...(embedding as number[]));
    expect(norm).toBeCloseTo(1, 5);
  });
});
