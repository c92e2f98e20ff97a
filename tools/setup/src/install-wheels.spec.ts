import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SetupEvent } from './progress';
import { isComplete } from './receipt';
import type { Pip } from './requirements';
import { installWheels } from './unpack-wheels';
import type { Wheel } from './wheels';

/** Writes a wheel that pip accepts, with a large file, an executable and a header in it. */
const WRITE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr("native/lib/large.bin", b"weights " * 100_000)
    program = zipfile.ZipInfo("native/bin/run")
    program.external_attr = 0o755 << 16
    wheel.writestr(program, "#!/bin/sh\\n")
    wheel.writestr("native/include/header.h", "int x;")
    wheel.writestr("native/__init__.py", "")
    wheel.writestr("attune_example-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: attune-example\\nVersion: 1.0\\n")
    wheel.writestr("attune_example-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("attune_example-1.0.dist-info/RECORD", "")
`;

const python = ['python3', 'python'].find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
const describeWithPip = python === undefined ? describe.skip : describe;

describeWithPip(
  `installing wheels${python === undefined ? ' (skipped: python3 with pip is not installed; apt-get install python3-pip)' : ''}`,
  () => {
    const pip: Pip = { python: python ?? '', version: '' };
    const before = { ...process.env };
    let root: string;
    let index: string;
    let wheel: Wheel;
    let events: SetupEvent[];
    const context = { report: (event: SetupEvent) => events.push(event) };
    const install = (wanted: Wheel = wheel): Promise<void> => installWheels(join(root, 'native'), [wanted], pip, context);

    beforeAll(async () => {
      index = await mkdtemp(join(tmpdir(), 'attune-index-'));
      const path = join(index, 'attune_example-1.0-py3-none-any.whl');
      expect(spawnSync(pip.python, ['-c', WRITE_WHEEL, path]).status).toBe(0);
      const bytes = await readFile(path);
      wheel = {
        name: 'attune-example',
        version: '1.0',
        platforms: [],
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: bytes.length,
        unpackedBytes: 800_000,
        unpack: [{ from: 'native/', to: '', except: '/include/' }],
      };
    });

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'attune-cache-'));
      await mkdir(join(root, 'downloads'));
      events = [];
      // pip's own configuration: a folder for an index, and no other.
      Object.assign(process.env, { ATTUNE_CACHE: root, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_CONFIG_FILE: '/dev/null' });
    });

    afterEach(async () => {
      for (const name of ['ATTUNE_CACHE', 'PIP_NO_INDEX', 'PIP_FIND_LINKS', 'PIP_CONFIG_FILE']) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      await rm(root, { recursive: true, force: true });
    });

    afterAll(() => rm(index, { recursive: true, force: true }));

    it('unpacks what is wanted, and leaves nothing else behind', async () => {
      await install();
      expect((await stat(join(root, 'native/lib/large.bin'))).size).toBe(800_000);
      expect((await stat(join(root, 'native/bin/run'))).mode & 0o111).not.toBe(0);
      expect(existsSync(join(root, 'native/include'))).toBe(false);
      expect(await readdir(join(root, 'downloads'))).toEqual([]);
      expect((await readdir(root)).sort()).toEqual(['downloads', 'native']);
      expect(await isComplete(join(root, 'native'), [wheel.sha256])).toBe(true);
      expect(events).toContainEqual({ type: 'step', name: 'Downloading attune-example 1.0' });
      expect(events).toContainEqual({ type: 'progress', name: 'Unpacking attune-example 1.0', done: 800_010, total: 800_010 });
    });

    it('refuses a wheel with another checksum, and deletes it', async () => {
      const wrong = { ...wheel, sha256: '0'.repeat(64) };
      await expect(install(wrong)).rejects.toThrow(/wrong checksum: SHA-256 [0-9a-f]{64} instead of 0{64}/);
      expect(await readdir(join(root, 'downloads'))).toEqual([]);
      expect(existsSync(join(root, 'native'))).toBe(false);
    });

    it('takes nothing half-done of a killed run for done', async () => {
      const download = `attune-example-1.0-${wheel.sha256.slice(0, 12)}.whl`;
      await mkdir(join(root, 'native.partial/lib'), { recursive: true });
      await writeFile(join(root, 'native.partial/lib/large.bin'), 'weig');
      await mkdir(join(root, 'downloads', `${download}.partial`));
      await writeFile(join(root, 'downloads', download), 'a truncated wheel');
      await install();
      expect((await stat(join(root, 'native/lib/large.bin'))).size).toBe(800_000);
      expect(await isComplete(join(root, 'native'), [wheel.sha256])).toBe(true);
    });

    it('replaces a folder that lost a file', async () => {
      await install();
      await writeFile(join(root, 'native/lib/large.bin'), 'damaged');
      expect(await isComplete(join(root, 'native'), [wheel.sha256])).toBe(false);
      await install();
      expect(await isComplete(join(root, 'native'), [wheel.sha256])).toBe(true);
    });

    it("names a wheel that pip's index does not have", async () => {
      await expect(install({ ...wheel, version: '9.9' })).rejects.toThrow(
        "attune-example 9.9 could not be downloaded: pip's package index does not answer, or has no such wheel.",
      );
    });

    it('refuses before it begins where the disk has too little room', async () => {
      await expect(install({ ...wheel, unpackedBytes: 1e18 })).rejects.toMatchObject({ code: 'disk-full' });
      expect(events).toEqual([]);
    });

    it('stops pip when it is told to stop', async () => {
      const stopped = installWheels(join(root, 'native'), [wheel], pip, { ...context, signal: AbortSignal.abort() });
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
      expect(await readdir(join(root, 'downloads'))).toEqual([]);
    });
  },
);
