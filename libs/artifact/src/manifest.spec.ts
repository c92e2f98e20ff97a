import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, verifyFiles } from './manifest';
import { isSafeRelativePath } from './safe-path';
import { sha256 } from './sha256';

const content = 'weights';
const valid = {
  schemaVersion: 1,
  createdBy: 'attune 0.1.0',
  tasks: [
    {
      name: 'head',
      type: 'multi-label',
      pooling: 'pooler',
      labels: ['late', 'lost'],
      output: 'logits',
      calibration: { temperature: 1.5 },
      thresholds: { late: 0.4 },
      metrics: { microF1: 0.9 },
    },
  ],
  encoder: { id: 'tiny', hash: 'abc', family: 'bert', hiddenSize: 32, tokenTypes: 2, padTokenId: 0 },
  maxLength: 64,
  normalization: {},
  tuner: { name: 'lora', rank: 8 },
  trainingData: { sha256: sha256('rows'), rows: 10 },
  onnx: { fp32: 'onnx/model.onnx' },
  files: { 'onnx/model.onnx': { sha256: sha256(content), bytes: content.length } },
};

describe('a manifest', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'attune-manifest-'));
    mkdirSync(join(directory, 'onnx'));
    writeFileSync(join(directory, 'onnx/model.onnx'), content);
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const write = (manifest: unknown): void =>
    writeFileSync(join(directory, 'attune.json'), typeof manifest === 'string' ? manifest : JSON.stringify(manifest));

  it('is read, and its files verified', async () => {
    write(valid);
    const manifest = await readManifest(directory);
    expect(manifest.normalization).toMatchObject({ unicode: 'NFC', html: true, entityMarkers: 'none' });
    await verifyFiles(directory, manifest);
  });

  it.each([
    ['is cut short', JSON.stringify(valid).slice(0, 100), 'not valid JSON'],
    ['lacks a field', { ...valid, encoder: undefined }, 'encoder'],
    ['has a field nobody knows', { ...valid, script: 'run.js' }, 'script'],
    ['is of a later version', { ...valid, schemaVersion: 2 }, 'version 2'],
    ['leaves the directory', { ...valid, files: { '../../etc/passwd': valid.files['onnx/model.onnx'] } }, 'stay inside'],
    ['names an ONNX file that it does not list', { ...valid, onnx: { fp32: 'other.onnx' } }, 'not among the files'],
    ['has a threshold of no label', { ...valid, tasks: [{ ...valid.tasks[0], thresholds: { early: 0.5 } }] }, 'unknown label'],
    ['has a label twice', { ...valid, tasks: [{ ...valid.tasks[0], labels: ['late', 'late'] }] }, 'differ'],
    ['has nothing to say', { ...valid, tasks: [] }, 'a task or an embedding'],
  ])('that %s is refused with a reason', async (_, manifest, reason) => {
    write(manifest);
    await expect(readManifest(directory)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(reason) });
  });

  it('is missed in a directory that has none, and where there is no directory', async () => {
    await expect(readManifest(directory)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('not a model directory'),
    });
    await expect(readManifest(join(directory, 'none'))).rejects.toMatchObject({ code: 'missing-file' });
  });

  it.each([
    ['changed', (file: string): void => writeFileSync(file, 'weighty')],
    ['longer', (file: string): void => writeFileSync(file, content + content)],
    ['gone', (file: string): void => rmSync(file)],
    [
      'a link to a place outside',
      (file: string): void => {
        rmSync(file);
        symlinkSync('/etc/hostname', file);
      },
    ],
  ])('finds a file that is %s', async (_, spoil) => {
    write(valid);
    const manifest = await readManifest(directory);
    spoil(join(directory, 'onnx/model.onnx'));
    await expect(verifyFiles(directory, manifest)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('model.onnx'),
    });
  });
});

describe('isSafeRelativePath', () => {
  it.each(['a', 'a/b.c', '..a', 'a..b/c', '1_Pooling/config.json'])('takes %j', (path) => expect(isSafeRelativePath(path)).toBe(true));
  it.each(['', '/', '/etc/passwd', '..', '../a', 'a/../../b', 'a/..', './a', 'a//b', 'a/', 'C:\\a', 'c:a', 'a\\..\\b', 'a\u0000b'])(
    'refuses %j',
    (path) => expect(isSafeRelativePath(path)).toBe(false),
  );
});
