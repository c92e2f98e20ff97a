import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyBlankCluster, prepareBlankCluster } from './blank-cluster';
import { Engine } from './engine';

describe('a blank cluster', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-blank-cluster-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('copies nothing where none was prepared', async () => {
    await copyBlankCluster(join(folder, 'none'), join(folder, 'empty-cache'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('is prepared once, by whoever is first, and its copies are databases of their own', async () => {
    const cache = join(folder, 'cache');
    await Promise.all([prepareBlankCluster(cache), prepareBlankCluster(cache)]);
    expect(await readdir(join(cache, 'pglite'))).toHaveLength(1);
    for (const name of ['one', 'other']) {
      const data = join(folder, name);
      await copyBlankCluster(data, cache);
      const engine = await Engine.open(data);
      await engine.query('create extension vector');
      await engine.query(`create table notes (text text)`);
      await engine.query('insert into notes values ($1)', [name]);
      await engine.close();
      const again = await Engine.open(data);
      expect((await again.query('select text from notes')).rows).toEqual([{ text: name }]);
      await again.close();
    }
  });

  it('is noticed where it is damaged: nothing is copied of it, and it is made anew', async () => {
    const cache = join(folder, 'cache');
    const damaged = join(folder, 'damaged-cache');
    await cp(cache, damaged, { recursive: true });
    const [version] = await readdir(join(cache, 'pglite'));
    const file = (of: string): string => join(of, 'pglite', version, 'cluster/global/pg_control');
    await truncate(file(damaged), 100);
    await copyBlankCluster(join(folder, 'nothing'), damaged);
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
    expect(await readdir(join(damaged, 'pglite'))).toEqual([]);
    await rm(file(cache));
    await prepareBlankCluster(cache);
    expect(await readdir(join(cache, 'pglite'))).toEqual([version]);
    await copyBlankCluster(join(folder, 'again'), cache);
    const engine = await Engine.open(join(folder, 'again'));
    expect((await engine.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await engine.close();
  });
});
