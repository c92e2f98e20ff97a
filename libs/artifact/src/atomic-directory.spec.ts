import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertReplaceable, writeDirectoryAtomically } from './atomic-directory';
import { AttuneError } from './errors';

const manifest = (...files: string[]): string =>
  JSON.stringify({ schemaVersion: 1, files: Object.fromEntries(files.map((file) => [file, {}])) });

async function model(staging: string, content: string): Promise<void> {
  mkdirSync(join(staging, 'onnx'));
  await writeFile(join(staging, 'onnx/model.onnx'), content);
  await writeFile(join(staging, 'attune.json'), manifest('onnx/model.onnx'));
}

describe('writeDirectoryAtomically', () => {
  let root: string;
  let target: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'attune-atomic-'));
    target = join(root, 'models', 'head');
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const content = (): string => readFileSync(join(target, 'onnx/model.onnx'), 'utf8');

  it('writes a directory, with the folders above it, and leaves nothing else', async () => {
    await writeDirectoryAtomically(target, (staging) => model(staging, 'one'));
    expect(content()).toBe('one');
    expect(readdirSync(join(root, 'models'))).toEqual(['head']);
  });

  it('fills an empty directory and replaces a model, also through a link', async () => {
    mkdirSync(target, { recursive: true });
    await writeDirectoryAtomically(target, (staging) => model(staging, 'one'));
    await writeDirectoryAtomically(target, (staging) => model(staging, 'two'));
    expect(content()).toBe('two');
    symlinkSync(target, join(root, 'link'));
    await writeDirectoryAtomically(join(root, 'link'), (staging) => model(staging, 'three'));
    expect(content()).toBe('three');
    expect(readdirSync(join(root, 'models'))).toEqual(['head']);
  });

  it('leaves nothing when the work fails, and the former model as it was', async () => {
    const fail = async (staging: string): Promise<void> => {
      await model(staging, 'half');
      throw new Error('stopped');
    };
    await expect(writeDirectoryAtomically(target, fail)).rejects.toThrow('stopped');
    expect(readdirSync(join(root, 'models'))).toEqual([]);
    await writeDirectoryAtomically(target, (staging) => model(staging, 'one'));
    await expect(writeDirectoryAtomically(target, fail)).rejects.toThrow('stopped');
    expect(content()).toBe('one');
    expect(readdirSync(join(root, 'models'))).toEqual(['head']);
  });

  it('says that the disk is full', async () => {
    const full = (): Promise<void> => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    await expect(writeDirectoryAtomically(target, full)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(target),
    });
    expect(existsSync(target)).toBe(false);
  });

  it('refuses a directory that is no model, a model with foreign files, and a file', async () => {
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, 'thesis.txt'), 'mine');
    const writing = (): Promise<void> => writeDirectoryAtomically(target, (staging) => model(staging, 'one'));
    await expect(writing()).rejects.toMatchObject({ code: 'wrong-use', message: expect.stringContaining('not a model directory') });
    writeFileSync(join(target, 'attune.json'), manifest());
    await expect(writing()).rejects.toMatchObject({ message: expect.stringContaining('thesis.txt') });
    expect(readFileSync(join(target, 'thesis.txt'), 'utf8')).toBe('mine');
    await expect(assertReplaceable(join(target, 'thesis.txt'))).rejects.toMatchObject({ message: expect.stringContaining('is a file') });
    await expect(assertReplaceable(join(target, 'thesis.txt', 'below'))).rejects.toBeInstanceOf(AttuneError);
  });

  it('clears away what a killed process left, and puts a half replaced model back', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
    mkdirSync(join(root, 'models', `.head.staging-${host}-${child.pid}-00000000`, 'onnx'), { recursive: true });
    mkdirSync(join(root, 'models', `.head.staging-${host}-${process.ppid}-00000000`));
    const replaced = join(root, 'models', `.head.replaced-${host}-${child.pid}-00000000`);
    mkdirSync(replaced);
    await model(replaced, 'former');
    const fail = (): Promise<void> => Promise.reject(new Error('stopped'));
    await expect(writeDirectoryAtomically(target, fail)).rejects.toThrow('stopped');
    expect(content()).toBe('former');
    expect(readdirSync(join(root, 'models')).sort()).toEqual([`.head.staging-${host}-${process.ppid}-00000000`, 'head']);
  });
});
