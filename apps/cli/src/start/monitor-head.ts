import { join } from 'node:path';
import { isModelDirectory } from '../model-directory';
import { runTraining } from '../run-training';
import { printMessage } from '../terminal';
import { fromHere, ROOT } from './places';

const APP = 'sentiment-monitor';
const VERSION = 'example';
const HEAD = join(ROOT, 'apps/sentiment-monitor/head/head.yaml');

/** The model store of the checkout. */
export const MODELS = join(ROOT, 'models');

/** Sees to it that a head serves: the promoted one, or else the example head, which is trained where it is not there. */
export async function ensureMonitorHead(): Promise<void> {
  const { ModelStore } = await import('@attune/artifact');
  const store = new ModelStore(MODELS);
  const current = await store.current(APP);
  if (current !== undefined) {
    printMessage(`The head ${APP}/${current.version} serves; remove ${fromHere(join(MODELS, APP))} to train the example head anew.`);
    return;
  }
  const model = join(MODELS, APP, VERSION);
  if (!isModelDirectory(model)) await trainExample(fromHere(model));
  await store.promote(APP, VERSION);
}

async function trainExample(model: string): Promise<void> {
  const { loadHeadConfig } = await import('@attune/finetune');
  const head = fromHere(HEAD);
  printMessage(`No head of ${APP} was promoted. Training the example head: attune train -c ${head} --out ${model}`);
  await runTraining(await loadHeadConfig(head), { out: model, resume: false, json: false });
}
