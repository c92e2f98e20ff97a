import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManifestTask } from '@attune/artifact';
import type { ConfigFlag, Example, HeadConfig, TrainingEvent } from '@attune/finetune';
import type { Predictor } from '@attune/inference';
import { loadRows, rowsOfTask } from '../evaluation/evaluate-model';
import { trainedColumns } from '../model-columns';
import { readTextRows } from '../rows/text-rows';
import { createdBy } from '../version';
import { gateFaults, type GateFault, type GateLimits, type JudgedSet } from './gate';
import { judge } from './judge';
import { shadowDifferences, type ShadowDifferences } from './shadow';

/** What a head is updated with. */
export interface UpdateRequest {
  app: string;
  /** The version that serves: its name, and the folder of its files. */
  serving: { version: string; directory: string };
  /** head.yaml; default the configuration that the serving version was trained with. */
  config?: string | undefined;
  flags: readonly ConfigFlag[];
  /** Files of new rows. */
  data: readonly string[];
  /** Files of earlier rows, of which some are trained on again. */
  replay: readonly string[];
  /** Labelled rows by which both versions are judged, by name. */
  sets: Readonly<Record<string, string>>;
  /** Texts without labels that both versions score. */
  shadow?: string | undefined;
  limits: GateLimits;
  /** Name of the new version; default by time. */
  version?: string | undefined;
  precision: 'fp32' | 'int8';
  /** Takes the folder of a version that passed. @returns whether it now serves */
  keep: (model: string, version: string) => Promise<boolean>;
}

/** What an update came to. */
export interface UpdateResult {
  app: string;
  /** The version that served. */
  serving: string;
  version: string;
  sets: JudgedSet[];
  secondsPerText: { serving: number; updated: number };
  shadow?: ShadowDifferences;
  faults: GateFault[];
  /** Whether it was kept, and whether it serves. */
  stored: boolean;
  promoted: boolean;
}

/** Where progress goes. */
export interface UpdateProgress {
  onEvent: (event: TrainingEvent) => void;
  onPhase: (text: string) => void;
}

/** Texts by which the two versions' speed is compared, and rounds of each in turn. */
const SPEED_TEXTS = 512;
const SPEED_ROUNDS = 5;

/**
 * Goes on from the version that serves with new rows, judges the outcome beside it, and keeps it where it is not worse: what does not pass the
 * gate leaves nothing behind.
 *
 * @throws what training and `keep` throw
 */
export async function runUpdate(request: UpdateRequest, { onEvent, onPhase }: UpdateProgress, signal: AbortSignal): Promise<UpdateResult> {
  const [{ versionName }, { trainHead }, { Predictor: Opener }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
    import('@attune/inference'),
  ]);
  const { app, serving, precision } = request;
  const config = await updateConfig(request);
  const folder = await mkdtemp(join(tmpdir(), `attune-update-${app}-`));
  const model = join(folder, 'model');
  try {
    await trainHead(config, { out: model, resume: false, signal, onEvent, createdBy });
    onPhase('judging both versions');
    const before = await Opener.open(serving.directory, { precision });
    try {
      const after = await Opener.open(model, { precision });
      try {
        const judged = await judgeBoth({ request, model, before, after, signal });
        const faults = gateFaults(judged.sets, request.limits, judged.secondsPerText);
        const version = request.version ?? versionName(new Date(), randomUUID());
        const result = { app, serving: serving.version, version, ...judged, faults };
        if (faults.length > 0) return { ...result, stored: false, promoted: false };
        onPhase(`storing ${version}`);
        return { ...result, stored: true, promoted: await request.keep(model, version) };
      } finally {
        await after.close();
      }
    } finally {
      await before.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The serving version's own configuration, or the one given, that goes on from it. */
async function updateConfig({ app, serving: { directory }, config, flags, data, replay }: UpdateRequest): Promise<HeadConfig> {
  const [{ loadHeadConfig }, { AttuneError }] = await Promise.all([import('@attune/finetune'), import('@attune/artifact')]);
  const file = config ?? join(directory, 'head.json');
  if (!existsSync(file)) {
    throw new AttuneError('wrong-use', `The version of ${app} that serves does not say how it was trained.`, {
      remedy: 'Name its head.yaml with --config.',
    });
  }
  return loadHeadConfig(file, [
    { flag: '--data', path: 'data.train', value: [...data] },
    { flag: 'the update', path: 'data.test', value: undefined },
    { flag: 'the update', path: 'data.validation', value: undefined },
    { flag: 'the update', path: 'continual.from', value: directory },
    ...(replay.length > 0 ? [{ flag: '--replay', path: 'continual.replay', value: [...replay] }] : []),
    ...flags,
  ]);
}

interface Judging {
  request: UpdateRequest;
  model: string;
  before: Predictor;
  after: Predictor;
  signal: AbortSignal;
}

async function judgeBoth({
  request,
  model,
  before,
  after,
  signal,
}: Judging): Promise<Pick<UpdateResult, 'sets' | 'secondsPerText' | 'shadow'>> {
  const sets: JudgedSet[] = [];
  const tasks = after.tasks;
  for (const [set, data] of Object.entries(request.sets)) {
    const { examples } = await loadRows({ model, data, signal }, tasks);
    const rows = await labelledByTask(tasks, examples);
    sets.push({ set, serving: await judge(before, rows, signal), updated: await judge(after, rows, signal) });
  }
  const secondsPerText = await compareSpeed(before, after, signal);
  if (request.shadow === undefined) return { sets, secondsPerText };
  const columns = await trainedColumns(model);
  const texts = readTextRows({ path: request.shadow, asked: {}, trained: columns, signal });
  return { sets, secondsPerText, shadow: await shadowDifferences(before, after, texts, signal) };
}

async function labelledByTask(tasks: readonly ManifestTask[], examples: readonly Example[]): Promise<Record<string, Example[]>> {
  const finetune = await import('@attune/finetune');
  return Object.fromEntries(tasks.map(({ name }, place) => [name, rowsOfTask(finetune, tasks, place, examples)]));
}

/** The quickest of several rounds of each, in turn: what else runs on the machine can only slow one down. */
async function compareSpeed(before: Predictor, after: Predictor, signal: AbortSignal): Promise<UpdateResult['secondsPerText']> {
  const { benchmarkTexts } = await import('@attune/inference');
  const texts = benchmarkTexts(SPEED_TEXTS);
  const secondsOf = async (predictor: Predictor): Promise<number> => {
    signal.throwIfAborted();
    const startedAt = performance.now();
    await predictor.predictAll(texts, { bulk: true });
    return (performance.now() - startedAt) / 1000 / texts.length;
  };
  let [serving, updated] = [Infinity, Infinity];
  for (let round = 0; round < SPEED_ROUNDS; round++) {
    serving = Math.min(serving, await secondsOf(before));
    updated = Math.min(updated, await secondsOf(after));
  }
  return { serving, updated };
}
