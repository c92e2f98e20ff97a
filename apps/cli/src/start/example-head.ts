import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { isModelDirectory } from '../model-directory';
import { printMessage } from '../terminal';
import { EXAMPLE_VERSION, MODELS, ROOT } from './places';
import { aHeadServes } from './serving-head';

/**
 * Sees to it that a head of an application serves: the promoted one, or else the example head, which is trained where it is not there.
 *
 * @throws AttuneError `training-failed` where the training fails
 */
export async function ensureExampleHead(app: string): Promise<void> {
  if (await aHeadServes(MODELS, app)) return;
  if (!isModelDirectory(join(MODELS, app, EXAMPLE_VERSION))) await trainExample(app);
  const { ModelStore } = await import('@attune/artifact');
  const store = new ModelStore(MODELS);
  if ((await store.current(app)) === undefined) await store.promote(app, EXAMPLE_VERSION);
}

async function trainExample(app: string): Promise<void> {
  printMessage(`No head of ${app} was promoted. Training the example head: npx nx run ${app}:head`);
  // What it prints is for people, and stdout is for results. Without Nx's daemon, nothing is left running.
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/.bin/nx'), 'run', `${app}:head`], {
    cwd: ROOT,
    env: { ...process.env, NX_DAEMON: 'false' },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status === 0) return;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('training-failed', `npx nx run ${app}:head ended with status ${status}.`);
}
