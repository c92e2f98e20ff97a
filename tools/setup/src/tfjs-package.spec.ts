import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorFlowDirectory } from './cache';
import { runPackageInstaller } from './package-installer';
import type { SetupEvent } from './progress';
import { BINDING_FILE, bindingPath, linkPackage, QUIET_LOADER_FILE, readStamp, writeStamp } from './tfjs-package';
import { TENSORFLOW_VERSION } from './wheels';

describe("TensorFlow's package", () => {
  const { ATTUNE_CACHE } = process.env;
  let root: string;
  let target: string;
  const compiled = (): string => join(root, 'compiled');
  const wheel = { version: TENSORFLOW_VERSION, kind: 'cpu', source: 'wheel' } as const;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'attune-package-'));
    process.env.ATTUNE_CACHE = join(root, 'cache');
    target = join(root, 'package');
    await mkdir(join(target, 'scripts'), { recursive: true });
    for (const name of ['lib', 'include']) await mkdir(join(tensorFlowDirectory('cpu'), name), { recursive: true });
    await mkdir(compiled());
    for (const name of [BINDING_FILE, QUIET_LOADER_FILE]) await writeFile(join(compiled(), name), 'compiled');
  });
  afterEach(async () => {
    if (ATTUNE_CACHE === undefined) Reflect.deleteProperty(process.env, 'ATTUNE_CACHE');
    else process.env.ATTUNE_CACHE = ATTUNE_CACHE;
    await rm(root, { recursive: true });
  });

  it('is not ready before it is stamped', async () => {
    await linkPackage(target, 'cpu', compiled());
    expect(await readStamp(target)).toBeUndefined();
    await writeStamp(target, wheel);
    expect(await readStamp(target)).toEqual(wheel);
    expect(await readlink(join(target, 'deps/lib'))).toBe(join(tensorFlowDirectory('cpu'), 'lib'));
    expect(await readFile(bindingPath(target), 'utf8')).toBe('compiled');
  });

  it('is linked anew over what its own installer left', async () => {
    await mkdir(join(target, 'deps/lib'), { recursive: true });
    await writeFile(join(target, 'deps/lib/libtensorflow.so.2'), '');
    await linkPackage(target, 'cpu', compiled());
    await linkPackage(target, 'cpu', compiled());
    expect(await readlink(join(target, 'deps/include'))).toBe(join(tensorFlowDirectory('cpu'), 'include'));
  });

  it('is no longer ready when the cache is gone, or is another one', async () => {
    await linkPackage(target, 'cpu', compiled());
    await writeStamp(target, wheel);
    process.env.ATTUNE_CACHE = join(root, 'another');
    expect(await readStamp(target)).toBeUndefined();
    process.env.ATTUNE_CACHE = join(root, 'cache');
    await rm(join(root, 'cache'), { recursive: true });
    expect(await readStamp(target)).toBeUndefined();
  });

  describe('and its own installer', () => {
    const events: SetupEvent[] = [];
    const why = { reason: 'python3 with pip is missing', remedy: 'Install it.' };
    const runInstaller = async (script: string): Promise<void> => {
      await writeFile(join(target, 'scripts/install.js'), script);
      await runPackageInstaller(target, 'cpu', why, { report: (event) => events.push(event) });
    };

    it('is run, and said to be', async () => {
      const script = `
        const { mkdirSync, writeFileSync } = require('node:fs');
        if (process.argv.slice(2).join() !== 'cpu,download') process.exit(1);
        for (const folder of ['deps/lib', 'lib/napi-v8']) mkdirSync(folder, { recursive: true });
        writeFileSync('lib/napi-v8/tfjs_binding.node', '');`;
      await runInstaller(script);
      const [note] = events;
      expect(note).toMatchObject({ type: 'note' });
      expect(JSON.stringify(note)).toContain('Falling back to the installer of @tensorflow/tfjs-node-gpu');
      expect(JSON.stringify(note)).toContain('because python3 with pip is missing. Install it.');
    });

    it('is no success where it only says so', async () => {
      await expect(runInstaller('')).rejects.toMatchObject({ code: 'setup-missing' });
    });

    it('says what works without TensorFlow where it fails', async () => {
      const failed = runInstaller('console.error("getaddrinfo ENOTFOUND"); process.exit(1);');
      await expect(failed).rejects.toThrow(/cannot be had on this machine: python3 with pip is missing[^]*getaddrinfo ENOTFOUND/);
      await expect(failed).rejects.toMatchObject({ remedy: expect.stringContaining('predict') as string });
    });
  });
});
