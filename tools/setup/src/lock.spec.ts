import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock';

describe('the lock', () => {
  let directory: string;
  let path: string;
  const nobodyWaits = (holder: string): void => {
    throw new Error(`waited for ${holder}`);
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'attune-lock-'));
    path = join(directory, 'setup.lock');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('lets one in at a time, and tells the others whom they wait for', async () => {
    let inside = 0;
    let most = 0;
    const waitedFor: string[] = [];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(path, work, (holder) => waitedFor.push(holder))));
    expect(most).toBe(1);
    expect(new Set(waitedFor)).toEqual(new Set([`process ${process.pid}`]));
    expect(existsSync(path)).toBe(false);
  });

  it('is let go when the work fails', async () => {
    await expect(withLock(path, () => Promise.reject(new Error('no')), nobodyWaits)).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(path, JSON.stringify({ pid, host: hostname() }));
    expect(await withLock(path, () => Promise.resolve('mine'), nobodyWaits)).toBe('mine');
  });

  it('is taken over from another machine that gives no sign of life', async () => {
    await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    expect(await withLock(path, () => Promise.resolve('mine'), nobodyWaits)).toBe('mine');
  });

  it('stops waiting when it is told to', async () => {
    await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const controller = new AbortController();
    const waiting = withLock(
      path,
      () => Promise.resolve('mine'),
      () => controller.abort(),
      controller.signal,
    );
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
