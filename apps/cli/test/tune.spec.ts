import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runAttune, runInProcess } from './run-attune';

interface Summary {
  best: { trial: number; value: number; parameters: Record<string, unknown> };
  base: number;
  trials: { trial: number; state: string; value: number | null; error?: string }[];
}

/** Studies over trainings of a random encoder of two narrow layers. */
describe('attune tune', () => {
  let folder: string;
  const run = (...args: string[]) => runInProcess(args, folder);
  const writeConfig = (name: string, search: string, rows = 'rows.csv'): Promise<void> =>
    writeFile(
      join(folder, name),
      [
        'encoder: ./encoder',
        `data: {train: ${rows}}`,
        'training: {epochs: 2, maxLength: 32}',
        'optimizer: {learningRate: 1.0e-6}',
        search,
      ].join('\n'),
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-tune-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'bert' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 120, task: 'classification' });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('goes on after an interruption, and writes the best configuration', async () => {
    await writeConfig(
      'head.yaml',
      'search: {trials: 4, earlyStopping: none, space: {optimizer.learningRate: {min: 1.0e-3, max: 5.0e-3, scale: log}}}',
    );
    const interrupted = await runAttune(['tune', '-c', 'head.yaml', '--out', 'study', '--json'], {
      cwd: folder,
      onStart: (child) => {
        let said = '';
        child.stderr?.on('data', (text: string) => {
          const before = said.includes('Trial 1');
          said += text;
          if (!before && said.includes('Trial 1')) child.kill('SIGINT');
        });
      },
    });
    expect(interrupted).toMatchObject({ status: 1, stdout: '' });
    expect(interrupted.stderr).toContain('Go on with --resume.');
    const again = await run('tune', '-c', 'head.yaml', '--out', 'study');
    expect(again).toMatchObject({ status: 2 });
    expect(again.stderr).toContain('There is a study in study already.');

    const { status, stdout, stderr } = await runAttune(
      ['tune', '-c', 'head.yaml', '--out', 'study', '--resume', '--parallel', '2', '--json'],
      { cwd: folder },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('trial 3') as string });
    const { best, base, trials } = JSON.parse(stdout) as Summary;
    expect(trials.map(({ trial }) => trial)).toEqual([0, 1, 2, 3]);
    expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete', 'complete']);
    expect(best.value).toBe(Math.max(...trials.map(({ value }) => value ?? NaN)));
    expect(trials[0].value).toBe(base);
    expect((await readdir(join(folder, 'study'))).sort()).toEqual(['best.yaml', 'study.json', 'trials.svg']);
    const printed = await run('train', '-c', 'study/best.yaml', '--print-config');
    const rate = best.parameters['optimizer.learningRate'] ?? 1e-6;
    expect(printed.stdout).toContain(`learningRate: ${String(rate)}`);
    expect(printed.stdout).toContain('rows.csv');
    const study = JSON.parse(await readFile(join(folder, 'study/study.json'), 'utf8')) as {
      schemaVersion: number;
      trials: { reports: object[] }[];
    };
    expect(study.schemaVersion).toBe(1);
    expect(study.trials[0].reports).toHaveLength(2);
  }, 180_000);

  it('stops where the configuration as it stands cannot be trained, with the reason', async () => {
    await writeConfig('broken.yaml', 'search: {trials: 2, space: {tuner.name: [full, lora]}}', 'absent.csv');
    const { status, stderr } = await runAttune(['tune', '-c', 'broken.yaml', '--out', 'broken'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toMatch(/broken\.yaml as it stands cannot be trained: .*absent\.csv/);
    expect(stderr).not.toContain('Trial 1');
  }, 60_000);

  it.each([
    ['', /has no section search/],
    ['search: {trials: 2}', /search\.space holds no key/],
    ['search: {space: {optimizer.learningRat: [1]}}', /did you mean optimizer\.learningRate\?/],
    ['search: {space: {training.batchSize: [8, none]}}', /must be a whole number|must be a number/],
    ['search: {space: {tuner.name: [full]}, tries: 3}', /search\.tries: unknown key; did you mean search\.trials\?/],
  ])('refuses %s', async (search, message) => {
    await writeConfig('faulty.yaml', search);
    const { status, stderr } = await run('tune', '-c', 'faulty.yaml', '--out', 'faulty');
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses a study of another version', async () => {
    await writeConfig('old.yaml', 'search: {trials: 1, space: {tuner.name: [full, lora]}}');
    await writeFile(join(folder, 'study.json'), JSON.stringify({ schemaVersion: 0, trials: [] }));
    const { status, stderr } = await run('tune', '-c', 'old.yaml', '--out', '.', '--resume');
    expect(status).toBe(2);
    expect(stderr).toContain('schema version 0, and this program reads 1');
  });
});
