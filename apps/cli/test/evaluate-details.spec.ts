import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runInProcess } from './run-attune';

const CONFIG = `
encoder: ./encoder
data: {train: rows.csv, validationShare: 0.25}
outOfScope: {label: refund, inScopeLoss: 0.1}
optimizer: {learningRate: 3.0e-3}
training: {batchSize: 16}
export: {int8: false}
`;

interface Row {
  label: string;
  predicted: string;
  before: string;
}

interface Details {
  task: string;
  errors: (Row & { probability: number })[];
  confusions: { rows: number }[];
  answerCurve: { answered: number }[];
  scopeCurve: { outOfScopeRecall: number }[];
  against: { accuracy: { before: number; now: number }; fixed: Row[]; broken: Row[] };
}

/** A head looked at before it goes live, and compared with the one that serves. */
describe('attune evaluate, closely', () => {
  let folder: string;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result.stdout;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-details-'));
    createTinyEncoder(join(folder, 'encoder'));
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 96 });
    writeTinyDataset(join(folder, 'test.csv'), { rows: 48, seed: 2 });
    await writeFile(join(folder, 'head.yaml'), CONFIG);
    await run('train', '-c', 'head.yaml', '--epochs', '0.2', '--out', 'models/shop/first');
    await run('train', '-c', 'head.yaml', '--epochs', '5', '--out', 'models/shop/second');
    await run('models', 'promote', 'shop', 'first');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('lists errors, confusions and both curves, and what changed against the version that serves', async () => {
    const args = ['evaluate', '--model', 'models/shop/second', '--data', 'test.csv', '--against', 'models/shop', '--json'];
    const report = JSON.parse(await run(...args)) as { accuracy: number; inScopeAccuracy: number; outOfScope: object; details: Details };
    expect(report.outOfScope).toMatchObject({ label: 'refund', score: 'probability' });
    expect(report.inScopeAccuracy).toBeGreaterThan(0);
    const { errors, confusions, answerCurve, scopeCurve, against } = report.details;
    expect(errors).toHaveLength(Math.round((1 - report.accuracy) * 48));
    expect(errors.map(({ probability }) => probability)).toEqual(errors.map(({ probability }) => probability).sort((a, b) => b - a));
    expect(confusions.reduce((sum, { rows }) => sum + rows, 0)).toBe(errors.length);
    expect(answerCurve[0].answered).toBe(1);
    expect(scopeCurve.at(-1)?.outOfScopeRecall).toBeGreaterThan(scopeCurve[0].outOfScopeRecall);
    expect(against.accuracy.now).toBeCloseTo(report.accuracy, 10);
    const gained = against.fixed.length - against.broken.length;
    expect(gained).toBe(Math.round(48 * (against.accuracy.now - against.accuracy.before)));
    expect(against.fixed.length).toBeGreaterThan(0);
    for (const { label, predicted, before } of against.fixed) expect([predicted, before === label]).toEqual([label, false]);
  });

  it('prints them for people, a few of each', async () => {
    const text = await run(
      'evaluate',
      '--model',
      'models/shop/first',
      '--data',
      'test.csv',
      '--details',
      '2',
      '--against',
      'models/shop/second',
    );
    expect(text).toMatch(/^Errors, the surest first: \d+\n {2}row \d+: \w+ 0\.\d{4} instead of \w+: /m);
    expect(text).toMatch(/^… and \d+ more$/m);
    for (const part of [
      'answered from probability',
      'in scope from score',
      'Against models/shop/second: accuracy',
      'Right before, wrong now',
    ])
      expect(text).toContain(part);
  });

  it('refuses what it cannot compare with', async () => {
    const against = (path: string) =>
      runInProcess(['evaluate', '--model', 'models/shop/first', '--data', 'test.csv', '--against', path], folder);
    expect(await against('models/other')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no version serves there') as string,
    });
  });
});
