import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runAttune, runInProcess } from './run-attune';

/** From labelled rows to predictions, on a random encoder of two narrow layers. */
describe('attune, the whole way', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = (...args: string[]) => runInProcess(args, folder);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-cli-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'bert' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 120, task: 'classification' });
    await writeFile(
      join(folder, 'head.yaml'),
      [
        'encoder: ./encoder',
        'data: {train: rows.csv}',
        'training: {epochs: 3, maxLength: 32}',
        'optimizer: {learningRate: 2.0e-3}',
        'export: {embedding: true}',
      ].join('\n'),
    );
    const trained = await runAttune(['train', '-c', 'head.yaml', '--out', 'model', '--json'], { cwd: folder });
    expect(trained).toMatchObject({ status: 0 });
    expect(trained.stdout.trim().split('\n')).toHaveLength(1);
    expect(parse(trained.stdout)).toMatchObject({
      directory: 'model',
      task: 'classification',
      metrics: { accuracy: expect.any(Number) as number, macroF1: expect.any(Number) as number },
      seconds: expect.any(Number) as number,
      trainableParameters: expect.any(Number) as number,
      totalParameters: expect.any(Number) as number,
    });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('evaluates in one line of JSON, or in a table', async () => {
    const json = await run('evaluate', '--model', 'model', '--data', 'rows.csv', '--json');
    expect(json).toMatchObject({ status: 0, stderr: '' });
    const report = parse(json.stdout);
    expect(Object.keys(report).slice(0, 5)).toEqual(['accuracy', 'microF1', 'macroF1', 'weightedF1', 'perClass']);
    expect(report.accuracy).toBeGreaterThan(0.5);
    const table = await run('evaluate', '--model', 'model', '--data', 'rows.csv');
    expect(table.stdout).toMatch(/^label +precision +recall +F1 +rows\naccount /m);
  });

  it('predicts a text', async () => {
    const { status, stdout } = await run('predict', '--model', 'model', '--text', 'please refund the lamp', '--json');
    expect(status).toBe(0);
    const prediction = parse(stdout);
    expect(Object.keys(prediction)).toEqual(['label', 'probability', 'probabilities']);
    expect(Object.keys(prediction.probabilities as object).sort()).toEqual(['account', 'delivery', 'refund']);
    expect((await run('predict', '--model', 'model', '--text', 'please refund the lamp')).stdout).toContain(String(prediction.label));
  });

  it('predicts a text as long as a command line takes', async () => {
    const text = `refund ${'the lamp '.repeat(11_000)}`;
    const { status, stdout } = await runAttune(['predict', '--model', 'model', '--text', text, '--json'], { cwd: folder });
    expect(status).toBe(0);
    expect(Object.keys(parse(stdout))).toEqual(['label', 'probability', 'probabilities']);
  });

  it('explains a label by either method, with the rows nearest to the text', async () => {
    const text = 'please i want my money back for the lamp';
    for (const method of ['integrated-gradients', 'occlusion']) {
      const { status, stdout } = await run(
        'explain',
        '--model',
        'model',
        '--text',
        text,
        '--method',
        method,
        '--examples',
        'rows.csv',
        '--nearest',
        '3',
        '--json',
      );
      expect(status).toBe(0);
      const { words, examples, label } = parse(stdout) as {
        words: { text: string; attribution: number }[];
        examples: { similarity: number; label: string }[];
        label: string;
      };
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      expect(words.every(({ attribution }) => Number.isFinite(attribution))).toBe(true);
      expect(['account', 'delivery', 'refund']).toContain(label);
      expect(examples).toHaveLength(3);
      expect(examples[0].similarity).toBeGreaterThanOrEqual(examples[2].similarity);
    }
    const people = await run('explain', '--model', 'model', '--text', text);
    expect(people.stdout).toMatch(/^money +-?\d\.\d{4}/m);
    expect(await run('explain', '--model', 'model', '--text', text, '--label', 'weather')).toMatchObject({ status: 2 });
  });

  it('tests explanations by taking words out', async () => {
    const { status, stdout } = await run('explain', '--model', 'model', '--data', 'rows.csv', '--rows', '6', '--json');
    expect(status).toBe(0);
    const { faithfulness } = parse(stdout) as { faithfulness: Record<string, { probabilities: number[]; area: number }> };
    expect(Object.keys(faithfulness)).toEqual(['integrated-gradients', 'occlusion', 'random']);
    // Nothing or everything taken out is the same in each order.
    const ends = Object.values(faithfulness).map(({ probabilities }) => [probabilities[0], probabilities[10]]);
    ends.forEach(([none, all]) => {
      expect(none).toBeCloseTo(ends[0][0], 5);
      expect(all).toBeCloseTo(ends[0][1], 5);
    });
    expect(faithfulness.occlusion.area).toBeLessThan(faithfulness.random.area);
  });

  it('predicts a file, keeping its columns', async () => {
    const { status, stdout } = await run(
      'predict',
      '--model',
      'model',
      '--data',
      'rows.csv',
      '--out',
      'out.csv',
      '--precision',
      'int8',
      '--json',
    );
    expect(status).toBe(0);
    expect(parse(stdout)).toMatchObject({ rows: 120, out: 'out.csv' });
    const lines = (await readFile(join(folder, 'out.csv'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(121);
    expect(lines[0]).toBe('text,label,predictedLabel,probability');
    await run('predict', '--model', 'model', '--data', 'out.csv', '--out', 'out.jsonl', '--probabilities');
    const [first] = (await readFile(join(folder, 'out.jsonl'), 'utf8')).split('\n');
    expect(Object.keys(parse(first))).toContain('probabilities');
  });

  it('leaves no file behind when a row has no text', async () => {
    await writeFile(join(folder, 'gap.csv'), 'text,id\nwhere is my lamp,1\n,2\n');
    const { status, stderr } = await run('predict', '--model', 'model', '--data', 'gap.csv', '--out', 'gap-out.csv');
    expect(status).toBe(1);
    expect(stderr).toContain('gap.csv, row 2: column "text" is empty.');
    expect((await readdir(folder)).filter((name) => name.includes('gap-out'))).toEqual([]);
  });

  it('embeds texts, as lines and as an array', async () => {
    const one = parse((await run('embed', '--model', 'model', '--text', 'hello', '--json')).stdout);
    expect(one.embedding).toHaveLength(Number(one.dimensions));
    await run('embed', '--model', 'model', '--data', 'rows.csv', '--out', 'vectors.npy');
    const array = await readFile(join(folder, 'vectors.npy'));
    expect(array.subarray(0, 128).toString('latin1')).toContain(`'shape': (120, ${String(one.dimensions)})`);
    expect(array).toHaveLength(128 + 120 * 4 * Number(one.dimensions));
    await run('embed', '--model', 'model', '--data', 'rows.csv', '--out', 'vectors.jsonl');
    expect((await readFile(join(folder, 'vectors.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(120);
  });

  it('exports the ONNX files alone, and predicts from them', async () => {
    expect(await run('export', '--model', 'model', '--out', 'serving', '--format', 'onnx')).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'serving/model.safetensors'))).toBe(false);
    expect(await run('predict', '--model', 'serving', '--text', 'hello', '--json')).toMatchObject({ status: 0 });
  });

  it('refuses labels that the head does not know', async () => {
    await writeFile(join(folder, 'other.csv'), 'text,label\nhello,delivery\nhi,weather\n');
    const { status, stderr } = await run('evaluate', '--model', 'model', '--data', 'other.csv');
    expect(status).toBe(1);
    expect(stderr).toMatch(/other.csv, row 2: the label "weather"/);
  });

  it('prepares files that train reads', async () => {
    const { status, stdout } = await run('prepare', '--data', 'rows.csv', '--text', 'text', '--label', 'label', '--out', 'prepared');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^train +train.csv +9\d/m);
    expect((await readdir(join(folder, 'prepared'))).sort()).toEqual([
      'head.yaml',
      'report.json',
      'report.md',
      'test.csv',
      'train.csv',
      'validation.csv',
    ]);
    const rows = await Promise.all(['train', 'validation', 'test'].map((name) => readFile(join(folder, `prepared/${name}.csv`), 'utf8')));
    expect(new Set(rows.flatMap((text) => text.trim().split('\n').slice(1))).size).toBe(120);
  });

  it('tells its progress as JSON lines, for programs', async () => {
    const { status, stderr } = await runAttune(['train', '-c', 'head.yaml', '--out', 'told', '--json', '--progress', 'json'], {
      cwd: folder,
    });
    expect(status).toBe(0);
    // What TensorFlow itself remarks stands between.
    const lines = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(parse);
    expect(lines[0]).toEqual({ type: 'phase', name: 'reading data' });
    expect(lines.find(({ type }) => type === 'data')).toMatchObject({ splits: [{ name: 'train', labels: 3 }, { name: 'validation' }] });
    const steps = lines.filter(({ type }) => type === 'step');
    expect(steps[0]).toMatchObject({ step: 1, loss: expect.any(Number) as number, secondsLeft: expect.any(Number) as number });
    expect(steps.at(-1)?.step).toBe(steps[0].steps);
    expect(lines.filter(({ type }) => type === 'evaluation').map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(lines.at(-1)).toMatchObject({ type: 'done', directory: 'told' });
  }, 120_000);

  it('stops at Ctrl-C without a model, and resumes', async () => {
    const args = ['train', '-c', 'head.yaml', '--epochs', '200', '--out', 'stopped'];
    const stopped = await runAttune(args, {
      cwd: folder,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('epoch 2')) child.kill('SIGINT');
        });
      },
    });
    expect(stopped).toMatchObject({ status: 1, stdout: '' });
    expect(stopped.stderr).toMatch(/attune: Interrupted at step \d+ of \d+\.\nThe same command with --resume goes on from there\.\n$/);
    expect(existsSync(join(folder, 'stopped'))).toBe(false);
    const other = await runAttune(['train', '-c', 'head.yaml', '--epochs', '3', '--out', 'stopped', '--resume'], { cwd: folder });
    expect(other.stderr).toContain('was started with another configuration');
  }, 120_000);
});
