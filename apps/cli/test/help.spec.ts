import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAttune } from './run-attune';

const VERBS = [
  'setup',
  'doctor',
  'prepare',
  'pretrain',
  'train',
  'continual',
  'evaluate',
  'embed',
  'predict',
  'export',
  'models',
  'bench',
  'start',
  'kafka',
  'topics',
  'replay',
];

describe('attune --help', () => {
  it('lists every verb, on stdout', async () => {
    const run = await runAttune(['--help']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    for (const verb of VERBS) expect(run.stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
  });

  it('comes without loading what only the work needs', async () => {
    const printModules = join(__dirname, 'fixtures/print-modules.cjs');
    const run = await runAttune(['--help'], { env: { NODE_OPTIONS: `--require ${printModules}` } });
    const packages = new Set(run.stderr.split('\n'));
    expect(packages).toContain('commander');
    for (const heavy of ['zod', '@tensorflow/tfjs', 'onnxruntime-node', '@xenova/transformers']) expect(packages).not.toContain(heavy);
  });

  it('says its version', async () => {
    expect(await runAttune(['--version'])).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it.each([[['train', '--help']], [['help', 'train']]])('explains every key of head.yaml: %j', async (args) => {
    const { describeHeadConfig } = await import('@attune/finetune');
    const run = await runAttune(args);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    for (const { path, description } of describeHeadConfig().flatMap((section) => section.keys)) {
      expect(run.stdout).toContain(path);
      expect(run.stdout).toContain(description);
    }
  });
});

describe('attune train --print-config', () => {
  it('prints a head.yaml that gives the same configuration, flags included', async () => {
    const { loadHeadConfig } = await import('@attune/finetune');
    const folder = await mkdtemp(join(tmpdir(), 'attune-cli-'));
    try {
      const run = await runAttune(['train', '--print-config', '--tuner', 'lora', '--learning-rate', '3e-4']);
      expect(run).toMatchObject({ status: 0, stderr: '' });
      await writeFile(join(folder, 'head.yaml'), run.stdout);
      const flags = [
        { flag: '--tuner', path: 'tuner.name', value: 'lora' },
        { flag: '--learning-rate', path: 'optimizer.learningRate', value: 3e-4 },
      ];
      expect(await loadHeadConfig(join(folder, 'head.yaml'))).toEqual(await loadHeadConfig(undefined, flags));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes the end of its pipe as the end of its work', async () => {
    const run = await runAttune(['train', '--print-config'], { onStart: (child) => child.stdout?.destroy() });
    expect(run).toMatchObject({ status: 0, stderr: '' });
  });
});
