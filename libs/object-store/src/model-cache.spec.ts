import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_FILE, sha256OfFile } from '@attune/artifact';
import { writeModelDirectory } from '@attune/testing';
import { ModelCache } from './model-cache';

const APP = 'support';
const HOURS = 60 * 60 * 1000;
const HOST = hostname().replace(/[^A-Za-z0-9-]/g, '-');

describe('a cache of versions', () => {
  let root: string;
  let cache: ModelCache;
  let manifestSha256: string;
  let ended: number;
  const download = (folder: string): Promise<void> => cp(join(root, 'source'), folder, { recursive: true });
  const names = (): Promise<string[]> => readdir(join(root, 'cache', APP));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'attune-model-cache-'));
    await writeModelDirectory(join(root, 'source'), 'a model');
    manifestSha256 = await sha256OfFile(join(root, 'source', MANIFEST_FILE));
    cache = new ModelCache(join(root, 'cache'));
    ended = spawnSync(process.execPath, ['--version']).pid;
  });
  afterEach(() => rm(root, { recursive: true }));

  /** What a process leaves that is killed in the middle of a download. */
  async function leave(version: string, host: string, pid: number, ageHours: number): Promise<string> {
    const name = `.${version.repeat(64)}.staging-${host}-${pid}-0123abcd`;
    const folder = join(root, 'cache', APP, name, 'onnx');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.onnx'), 'half a mo');
    const then = new Date(Date.now() - ageHours * HOURS);
    for (const path of [join(folder, 'model.onnx'), folder, join(folder, '..')]) await utimes(path, then, then);
    return name;
  }

  it('removes what ended processes left of other versions, and leaves what may be at work', async () => {
    const kept = [
      // Of a process in another container with the same name it cannot be seen whether it runs.
      await leave('1', HOST, ended, 0.5),
      await leave('2', HOST, process.ppid, 2),
      await leave('3', 'elsewhere', ended, 2),
    ];
    await leave('4', HOST, ended, 2);
    await leave('5', 'elsewhere', ended, 25);
    // A later process has its id.
    await leave('6', HOST, process.ppid, 25);
    await cache.directory(APP, manifestSha256, download);
    expect((await names()).sort()).toEqual([...kept, manifestSha256].sort());
  });

  it('takes a download that goes on for one, however long ago its folder was made', async () => {
    const name = await leave('1', HOST, ended, 2);
    await writeFile(join(root, 'cache', APP, name, 'onnx/model.onnx'), 'half a model');
    await cache.directory(APP, manifestSha256, download);
    expect(await names()).toContain(name);
  });

  it('removes drafts of what served that were never put in place', async () => {
    await mkdir(join(root, 'cache', APP), { recursive: true });
    for (const [name, hours] of [
      ['current.json.1-0123abcd', 2],
      ['current.json.2-0123abcd', 0.5],
    ] as const) {
      const draft = join(root, 'cache', APP, name);
      await writeFile(draft, '');
      await utimes(draft, new Date(), new Date(Date.now() - hours * HOURS));
    }
    await cache.directory(APP, manifestSha256, download);
    expect(await names()).toEqual([manifestSha256, 'current.json.2-0123abcd'].sort());
  });
});
