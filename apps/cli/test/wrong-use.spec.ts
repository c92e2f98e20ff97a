import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAttune, runInProcess } from './run-attune';

describe('attune, used wrongly', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-cli-'));
    await writeFile(join(folder, 'head.yaml'), 'data:\n  train: rows.csv\ntraining:\n  epoch: 3\n');
    await writeFile(join(folder, 'rows.csv'), 'text,label\nwhere is my parcel,delivery\n');
    await writeFile(join(folder, 'zero.yaml'), 'task: zero-shot\nprompt:\n  way: descriptions\n  labels:\n    good: up and up\n    bad:\n');
    await writeFile(join(folder, 'empty.csv'), '');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[name: string, args: string[], status: number, message: RegExp]>([
    ['no verb', [], 2, /Usage: attune/],
    ['an unknown verb', ['trian'], 2, /attune: unknown command 'trian'\n\(Did you mean train\?\)/],
    ['an unknown flag', ['train', '--epoch', '3'], 2, /attune: unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
    ['a flag without its value', ['train', '--out'], 2, /argument missing/],
    ['a word for a number', ['train', '--epochs', 'many'], 2, /'many' is invalid. It must be a number./],
    ['a number out of range', ['train', '--epochs', '-1', '--out', 'x'], 2, /--epochs: must be above 0, not -1/],
    [
      'an unknown tuner',
      ['train', '--tuner', 'lorra', '--out', 'x'],
      2,
      /--tuner: must be full, lora, dora, ia3, adapters, prompt-tuning, bitfit or head, not "lorra"; did you mean lora\?/,
    ],
    ['a setting without its value', ['train', '--set', 'seed'], 2, /'seed' is invalid. It must be key=value./],
    ['a setting out of range', ['train', '--set', 'training.epochs=-1', '--out', 'x'], 2, /--set training.epochs: must be above 0, not -1/],
    [
      'a setting of an unknown key',
      ['train', '--set', 'training.epoch=1', '--out', 'x'],
      2,
      /training.epoch: unknown key; did you mean training.epochs\?/,
    ],
    ['train without --out', ['train', '--data', 'rows.csv'], 2, /--out is missing/],
    ['train without rows', ['train', '--out', 'model'], 2, /no training rows/],
    ['few-shot without rows', ['train', '--task', 'few-shot', '--out', 'model'], 2, /no training rows/],
    [
      'zero-shot without labels',
      ['train', '--task', 'zero-shot', '--out', 'model'],
      2,
      /prompt.labels: zero-shot needs labels: describe them here/,
    ],
    [
      'a label without description',
      ['train', '-c', 'zero.yaml', '--out', 'model'],
      2,
      /zero.yaml is not valid:\n {2}line 4: prompt.labels: the label "bad" has no description/,
    ],
    [
      'a template without its slot',
      ['train', '-c', 'zero.yaml', '--set', 'prompt.templates=["about"]', '--set', 'prompt.labels=["good", "bad"]', '--out', 'model'],
      2,
      /prompt.templates: the template "about" has no slot \{label\}/,
    ],
    [
      'an unknown key',
      ['train', '-c', 'head.yaml', '--out', 'model'],
      2,
      /head.yaml is not valid:\n {2}line 4: training.epoch: unknown key; did you mean training.epochs\?/,
    ],
    ['a missing head.yaml', ['train', '-c', 'absent.yaml', '--out', 'model'], 1, /attune: absent.yaml: no such file/],
    ['missing rows', ['train', '--data', 'absent.csv', '--out', 'model'], 1, /absent.csv/],
    ['empty rows', ['train', '--data', 'empty.csv', '--out', 'model'], 1, /empty.csv is empty/],
    [
      'a missing column',
      ['train', '--data', 'rows.csv', '--label', 'lable', '--out', 'model'],
      1,
      /has no column "lable"[^]*Did you mean "label"\?/,
    ],
    ['one class only', ['train', '--data', 'rows.csv', '--out', 'model'], 1, /every row has the label "delivery"/],
    [
      'to go on from no model',
      ['train', '--data', 'rows.csv', '--from', 'absent', '--out', 'model'],
      1,
      /There is no model directory absent/,
    ],
    [
      'earlier rows without an earlier model',
      ['train', '--data', 'rows.csv', '--set', 'continual.replay=rows.csv', '--out', 'model'],
      2,
      /--set continual.replay: needs continual.from/,
    ],
    ['a stream without tasks', ['continual', '--out', 'x'], 2, /required option '--tasks <files...>' not specified/],
    [
      'a stream of one task',
      ['continual', '--tasks', 'rows.csv', '--test', 'rows.csv', '--out', 'x'],
      2,
      /needs two tasks at least, and one is named/,
    ],
    [
      'a stream with an unknown strategy',
      ['continual', '--tasks', 'rows.csv', 'empty.csv', '--test', 'rows.csv', '--strategies', 'replya', '--out', 'x'],
      2,
      /no strategy "replya"[^]*Did you mean replay\?/,
    ],
    ['evaluate without a model', ['evaluate', '--data', 'rows.csv'], 2, /required option '--model <folder>' not specified/],
    ['a model that is not there', ['evaluate', '--model', 'absent', '--data', 'rows.csv'], 1, /There is no model directory absent/],
    ['a folder that is no model', ['predict', '--model', '.', '--text', 'x'], 1, /is not a model directory/],
    ['predict without a text', ['predict', '--model', '.'], 2, /one of --text and --data is needed/],
    ['predict an empty text', ['predict', '--model', '.', '--text', ' '], 2, /--text is empty/],
    [
      'train over a folder of something else',
      ['train', '--data', 'rows.csv', '--out', '.'],
      2,
      /. exists and is not a model directory; it is left as it is/,
    ],
    ['predict with two sources', ['predict', '--model', '.', '--text', 'x', '--data', 'rows.csv'], 2, /cannot be used with/],
    ['predict without --out', ['predict', '--model', '.', '--data', 'rows.csv'], 2, /--data needs --out/],
    [
      'an output of unknown format',
      ['predict', '--model', '.', '--data', 'rows.csv', '--out', 'x.pdf'],
      2,
      /extension must be one of .csv, .tsv, .jsonl/,
    ],
    ['an unknown precision', ['predict', '--model', '.', '--text', 'x', '--precision', 'int4'], 2, /Allowed choices are fp32, int8/],
    ['an unknown format', ['export', '--model', '.', '--out', 'x', '--format', 'gguf'], 2, /Allowed choices are huggingface, onnx, peft/],
    ['an unknown encoder', ['embed', '--model', 'no-such-encoder', '--text', 'x'], 1, /encoder "no-such-encoder" is not installed/],
    ['prepare without --out', ['prepare', '--data', 'rows.csv'], 2, /required option '--out <folder>' not specified/],
  ])('%s', async (_, args, status, message) => {
    const run = await runInProcess(args, folder);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/\n\s+at |unexpected error/);
    expect((await readdir(folder)).sort()).toEqual(['empty.csv', 'head.yaml', 'rows.csv', 'zero.yaml']);
  });

  it.each<[status: number, args: string[]]>([
    [1, ['train', '-c', 'absent.yaml', '--out', 'x']],
    [2, ['train', '--epochs', 'many']],
  ])('exits with status %d: %j', async (status, args) => {
    const run = await runAttune(args, { cwd: folder });
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(/^attune: /);
  });

  it('shows where an error came from with ATTUNE_DEBUG', async () => {
    const run = await runAttune(['train', '-c', 'absent.yaml', '--out', 'x'], { cwd: folder, env: { ATTUNE_DEBUG: '1' } });
    expect(run.stderr).toMatch(/\n\s+at [^]*Caused by: /);
  });
});
