import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startService } from '@attune/testing';
import { flushChanges, FsTree } from 'nx/src/generators/tree';
import serviceGenerator from './service/service-generator';
import tunerGenerator from './tuner/tuner-generator';

const WORKSPACE = join(__dirname, '../../..');
const run = promisify(execFile);

/** A folder that looks like this workspace, with room for what is generated: libraries and packages are links. */
async function emptyWorkspace(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'attune-generators-'));
  for (const file of ['package.json', 'nx.json', 'tsconfig.base.json']) await cp(join(WORKSPACE, file), join(root, file));
  await mkdir(join(root, 'apps/sentiment-monitor'), { recursive: true });
  await cp(join(WORKSPACE, 'apps/sentiment-monitor/package.json'), join(root, 'apps/sentiment-monitor/package.json'));
  await symlink(join(WORKSPACE, 'node_modules'), join(root, 'node_modules'));
  return root;
}

const typecheck = (root: string, ...files: string[]) =>
  writeFile(join(root, 'tsconfig.check.json'), JSON.stringify({ extends: './tsconfig.base.json', files })).then(() =>
    run(process.execPath, [join(WORKSPACE, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.check.json')]),
  );

/** Compiles against the sources of the libraries, which is slow where other specs run beside it. */
const COMPILING = 180_000;

describe('the generators', () => {
  let root: string;
  let tree: FsTree;

  beforeEach(async () => {
    root = await emptyWorkspace();
    tree = new FsTree(root, false);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it(
    'add a service that compiles, starts and answers',
    async () => {
      await serviceGenerator(tree, { name: 'price-watch' });
      flushChanges(root, tree.listChanges());
      await typecheck(root, 'apps/price-watch/src/main.ts', 'apps/price-watch/test/price-watch.spec.ts');
      const service = await startService(join(root, 'apps/price-watch/bin/price-watch.js'), {});
      try {
        expect(await service.request('GET', '/v1/greetings/Ada')).toEqual({ status: 200, body: { text: 'Hello, Ada' } });
      } finally {
        await service.stop();
      }
    },
    COMPILING,
  );

  it('take the versions of packages from the services that there are', async () => {
    await serviceGenerator(tree, { name: 'price-watch' });
    const versions = async (app: string) =>
      (
        JSON.parse(
          app === 'price-watch'
            ? (tree.read(`apps/${app}/package.json`, 'utf8') ?? '')
            : await readFile(join(WORKSPACE, `apps/${app}/package.json`), 'utf8'),
        ) as { dependencies: Record<string, string> }
      ).dependencies;
    expect(await versions('sentiment-monitor')).toMatchObject(await versions('price-watch'));
  });

  it(
    'add a tuner that compiles, registered by name',
    async () => {
      const core = join(root, 'libs/finetune');
      await cp(join(WORKSPACE, 'libs/finetune/src'), join(core, 'src'), { recursive: true });
      await tunerGenerator(tree, { name: 'norm-tuning', paper: 'Qi et al. 2022' });
      flushChanges(root, tree.listChanges());
      await typecheck(root, 'libs/finetune/src/tuners/index.ts');
      expect(tree.read('libs/finetune/src/tuners/index.ts', 'utf8')).toMatch(/tuners: readonly Tuner\[\] = \[.*\bnormTuning\b/s);
      expect(tree.read('libs/finetune/src/config/head-config.ts', 'utf8')).toMatch(/\.enum\(\['full'.*'norm-tuning'\]\)/);
    },
    COMPILING,
  );

  it('write over nothing', async () => {
    tree.write('apps/price-watch/package.json', '{}');
    await expect(serviceGenerator(tree, { name: 'price-watch' })).rejects.toThrow('apps/price-watch is there already');
    tree.write('libs/finetune/src/tuners/lora/lora.ts', '');
    await expect(tunerGenerator(tree, { name: 'lora', paper: 'Hu et al. 2021' })).rejects.toThrow('is there already');
  });

  it('say so where the places of a tuner are not found', async () => {
    tree.write('libs/finetune/src/tuners/index.ts', 'export {};');
    await expect(tunerGenerator(tree, { name: 'ia3', paper: 'Liu et al. 2022' })).rejects.toThrow('looks other than expected');
  });
});
