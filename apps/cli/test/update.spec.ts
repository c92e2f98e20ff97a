import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runAttune, runInProcess } from './run-attune';

interface Update {
  serving: string;
  version: string;
  stored: boolean;
  promoted: boolean;
  faults: { what: string; set?: string }[];
  sets: { set: string; serving: Record<string, { score: number }>; updated: Record<string, { score: number; classes: object }> }[];
  shadow?: { texts: number; tasks: Record<string, { changed: number }> };
}

/** A tiny network's speed says nothing, and its calibration differs from one kind of processor to another; the gate has a spec of its own. */
const WIDE = ['--slowdown', '1000', '--calibration-tolerance', '0.3'];

/** A head that serves, updated with good rows and with bad ones. */
describe('attune update', () => {
  let folder: string;
  const run = (...args: string[]) => runInProcess(args, folder);
  const update = (...args: string[]) => runAttune(['update', 'support', '--models', 'models', '--json', ...WIDE, ...args], { cwd: folder });
  const current = async (): Promise<{ version: string; generation: number }> => {
    const { stdout } = await run('models', 'current', 'support', '--models', 'models', '--json');
    return (JSON.parse(stdout) as { current: { version: string; generation: number } }).current;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-update-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'bert' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 120, task: 'classification' });
    writeTinyDataset(join(folder, 'golden.csv'), { rows: 90, seed: 2, task: 'classification' });
    const fresh = writeTinyDataset(join(folder, 'fresh.csv'), { rows: 90, seed: 3, task: 'classification' });
    const turned: Record<string, string> = { account: 'delivery', delivery: 'refund', refund: 'account' };
    const rowsOf = (label: (row: { text: string; label: string }) => string): string =>
      ['text,label', ...fresh.map((row) => `${row.text},${label(row)}`)].join('\n');
    await writeFile(
      join(folder, 'flipped.csv'),
      rowsOf((row) => turned[row.label]),
    );
    await writeFile(join(folder, 'texts.csv'), ['text', ...fresh.map(({ text }) => text)].join('\n'));
    await writeFile(
      join(folder, 'head.yaml'),
      ['encoder: ./encoder', 'data: {train: rows.csv}', 'training: {epochs: 3, maxLength: 32}', 'optimizer: {learningRate: 2.0e-3}'].join(
        '\n',
      ),
    );
    const trained = await run('train', '-c', 'head.yaml', '--out', 'trained', '--json');
    expect(trained).toMatchObject({ status: 0 });
    await run('models', 'add', 'support', 'first', 'trained', '--models', 'models');
    await run('models', 'promote', 'support', 'first', '--models', 'models');
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('stops an update whose labels are wrong, and leaves nothing behind', async () => {
    const before = await current();
    const { status, stdout, stderr } = await update('--data', 'flipped.csv', '--golden', 'golden.csv', '--promote');
    expect(status).toBe(1);
    const { faults, stored, promoted, sets } = JSON.parse(stdout) as Update;
    expect({ stored, promoted }).toEqual({ stored: false, promoted: false });
    expect(faults).toContainEqual(expect.objectContaining({ what: 'score', set: 'golden' }));
    const [{ serving, updated }] = sets;
    const [task] = Object.keys(serving);
    expect(updated[task].score).toBeLessThan(serving[task].score);
    expect(stderr).toContain('The update of support is worse than first, which serves on.');
    expect(await current()).toEqual(before);
    expect((await readdir(join(folder, 'models/support'))).filter((name) => name !== '.history').sort()).toEqual(['current', 'first']);
  }, 120_000);

  it('stores and promotes one that is as good, goes on from the version that served, and tells where the two differ', async () => {
    const files = [
      '--data',
      'fresh.csv',
      '--replay',
      'rows.csv',
      '--golden',
      'golden.csv',
      '--recent',
      'fresh.csv',
      '--shadow',
      'texts.csv',
    ];
    const { status, stdout, stderr } = await update(...files, '--promote', '--name', 'second');
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const { serving, version, stored, promoted, faults, sets, shadow } = JSON.parse(stdout) as Update;
    expect({ serving, version, stored, promoted, faults }).toEqual({
      serving: 'first',
      version: 'second',
      stored: true,
      promoted: true,
      faults: [],
    });
    expect(sets.map(({ set }) => set)).toEqual(['golden', 'recent']);
    expect(shadow?.texts).toBe(90);
    expect(Object.values(shadow?.tasks ?? {}).map(({ changed }) => changed < 0.5)).toEqual([true]);
    expect(await current()).toMatchObject({ version: 'second', generation: 2 });
    const back = await run('models', 'rollback', 'support', '--models', 'models', '--json');
    expect(back.status).toBe(0);
    expect(await current()).toMatchObject({ version: 'first', generation: 3 });
  }, 120_000);

  it('goes on from a model in a folder, and writes down what was judged', async () => {
    const from = ['--from', 'models/support/first', '--data', 'fresh.csv', '--replay', 'rows.csv', '--golden', 'golden.csv'];
    const { status } = await runAttune(
      ['update', 'support', ...from, '--out', 'updated', '--report', 'report.json', ...WIDE, '--progress', 'json'],
      { cwd: folder },
    );
    expect(status).toBe(0);
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Update & { reasons: string[] };
    expect(report).toMatchObject({ serving: 'first', stored: true, promoted: false, faults: [], reasons: [] });
    const manifest = JSON.parse(await readFile(join(folder, 'updated/attune.json'), 'utf8')) as {
      lineage: { model: string }[];
      trainingData: { files: { file: string }[] };
    };
    expect(manifest.lineage.map(({ model }) => model)).toEqual(['first']);
    expect(manifest.trainingData.files.map(({ file }) => file)).toEqual(['fresh.csv', 'rows.csv']);
    expect(await current()).toMatchObject({ version: 'first' });
  }, 120_000);

  it.each([
    [['--data', 'fresh.csv', '--golden', 'golden.csv', '--from', 'models/support/first'], 2, /--from and --out go together/],
    [['--data', 'fresh.csv'], 2, /nothing to judge the update by/],
    [['--data', 'absent.csv', '--golden', 'golden.csv'], 1, /absent\.csv/],
    [['--data', 'fresh.csv', '--golden', 'golden.csv', '--set', 'tuner.name=bert'], 2, /tuner\.name/],
  ])('refuses %j', async (args, status, message) => {
    const refused = await run('update', 'support', ...(args.includes('--from') ? [] : ['--models', 'models']), ...args);
    expect(refused.status).toBe(status);
    expect(refused.stderr).toMatch(message);
  });

  it('needs a version that serves', async () => {
    const refused = await run('update', 'other', '--models', 'models', '--data', 'fresh.csv', '--golden', 'golden.csv');
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('other') as string });
  });
});
