import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Promotion } from '@attune/artifact';
import { isModelDirectory } from '../model-directory';
import { trainInProcess } from './head-training';
import { EXAMPLE_VERSION } from './places';
import { aHeadServes } from './serving-head';
import { step } from './show-service';

/** How the example head of an application is trained when everything is started. */
export interface ExampleHead {
  /**
   * Flags of a first, short training: that head serves until the one of head.yaml, which is trained beside the running services, is there.
   * Without them there is the one of head.yaml alone.
   */
  readonly shortTraining?: readonly string[];
  /** Makes files that the training reads, and returns the flags that name them. */
  prepare?(signal: AbortSignal): Promise<readonly string[]>;
}

/** Name under which a shortly trained head is stored. */
const FIRST_VERSION = 'first';

/**
 * Sees to it that a head of an application serves: the promoted one, or else the example head, or else one that is trained for as long as a
 * first start may take.
 *
 * @param models folder of the heads
 * @param threads that a training multiplies on
 * @throws AttuneError `interrupted`, `training-failed`
 */
export async function ensureFirstHead(
  models: string,
  app: string,
  { shortTraining, prepare }: ExampleHead,
  threads: number,
  signal: AbortSignal,
): Promise<void> {
  if (await aHeadServes(models, app)) return;
  const version = shortTraining === undefined || isModelDirectory(join(models, app, EXAMPLE_VERSION)) ? EXAMPLE_VERSION : FIRST_VERSION;
  const out = join(models, app, version);
  if (!isModelDirectory(out)) {
    step(`no head of ${app} was promoted: training ${version === FIRST_VERSION ? 'a first one' : 'the example head'}`);
    const flags = [...((await prepare?.(signal)) ?? []), ...(shortTraining ?? [])];
    await trainInProcess({ app, out, flags, threads, inBackground: false }, signal);
  }
  const { ModelStore } = await import('@attune/artifact');
  const store = new ModelStore(models);
  if ((await store.current(app)) === undefined) await store.promote(app, version);
}

/**
 * Trains the example heads in full where shortly trained ones serve, one after the other and beside everything else, and promotes them: the
 * services take them over as they run. One that was interrupted goes on where it was. Tells what fails, and leaves what serves.
 *
 * @param models folder of the heads
 */
export async function replaceFirstHeads(models: string, apps: readonly string[], signal: AbortSignal): Promise<void> {
  for (const app of apps) {
    try {
      await replaceFirstHead(models, app, signal);
    } catch (error) {
      if (signal.aborted) return;
      step(`the example head of ${app} does not replace the first one: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function replaceFirstHead(models: string, app: string, signal: AbortSignal): Promise<void> {
  const { ModelStore } = await import('@attune/artifact');
  const store = new ModelStore(models);
  const first = await store.current(app);
  if (signal.aborted || !isFirst(first)) return;
  const out = join(models, app, EXAMPLE_VERSION);
  if (!isModelDirectory(out)) {
    step(`training the example head of ${app} in full meanwhile; the first one serves until then`);
    await trainInFull(app, out, signal);
  }
  if (!isFirst(await store.current(app))) return;
  await store.promote(app, EXAMPLE_VERSION, { expectedGeneration: first.generation });
  step(`the example head of ${app} serves from now on`);
}

async function trainInFull(app: string, out: string, signal: AbortSignal): Promise<void> {
  const training = { app, out, flags: [], inBackground: true };
  if (existsSync(`${out}.training`)) {
    try {
      await trainInProcess({ ...training, flags: ['--resume'] }, signal);
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      step(`the interrupted training of ${app} cannot go on: beginning anew`);
    }
  }
  await trainInProcess(training, signal);
}

function isFirst(promotion: Promotion | undefined): promotion is Promotion {
  return promotion?.version === FIRST_VERSION;
}
