import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ItemFile, RankingConfig } from '@attune/finetune';
import type { UserEvent } from '@attune/ranking';
import { withInterrupt } from '../interrupt';
import { Progress, type LiveProgress } from '../progress';
import { ProgressLines } from '../progress-lines';
import { formatCount, formatDuration, printJson, printMessage, printResult } from '../terminal';
import type { ProgressFormat } from '../training-reporter';
import { createdBy } from '../version';
import { embedOnce } from './embed-items';
import { judge, type Judged } from './judge-ranking';
import { fitRanking } from './fit-ranking';
import { KeptTensors } from './kept-tensors';
import { renderRanking } from './render-ranking';
import { writeTextTower } from './text-tower';
import { toHistories } from './user-histories';

interface TrainRankingOptions {
  out: string;
  json: boolean;
  /** How progress is told on stderr. */
  progress: ProgressFormat;
}

/** What `attune train --task ranking --json` prints. */
export interface RankingSummary {
  directory: string;
  task: 'ranking';
  /** On the test events, or on the events that were set aside where there were no test events. */
  metrics: Record<string, number>;
  validation: Judged;
  test?: Judged;
  calibrationError: number;
  seconds: number;
}

/** Trains a ranking from events and items to its model directory, with progress on stderr and the figures on stdout. */
export async function trainRanking(config: RankingConfig, { out, json, progress: format }: TrainRankingOptions): Promise<void> {
  const { assertReplaceable } = await import('@attune/artifact');
  await assertReplaceable(out);
  const progress = format === 'json' ? new ProgressLines() : new Progress();
  const folder = await mkdtemp(join(tmpdir(), 'attune-ranking-'));
  try {
    const summary = await withInterrupt(
      () => progress.line('Stopping.'),
      (signal) => train(config, out, folder, progress, signal),
    );
    progress.stop();
    if (json) {
      printJson(summary);
      return;
    }
    printResult(`\n${renderRanking(summary.test ?? summary.validation, summary.test === undefined ? 'Validation' : 'Test')}`);
    if (format === 'text') printMessage(`\nWrote ${summary.directory} after ${formatDuration(summary.seconds)}.`);
  } finally {
    progress.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function train(
  config: RankingConfig,
  out: string,
  folder: string,
  progress: LiveProgress,
  signal: AbortSignal,
): Promise<RankingSummary> {
  const startedAt = performance.now();
  const note = (message: string): void => {
    signal.throwIfAborted();
    progress.line(`${message[0].toUpperCase()}${message.slice(1)}`);
  };
  const [finetune, { LEAKAGE_WARNING, splitBehaviour }] = await Promise.all([import('@attune/finetune'), import('@attune/ranking')]);
  const { items, events, sha256, unknown } = await readFiles(config, signal);
  const users = new Set(events.map(({ user }) => user)).size;
  note(`${formatCount(events.length)} events of ${formatCount(users)} users, ${formatCount(items.items.length)} items`);
  if (items.withoutText > 0) note(`${formatCount(items.withoutText)} items have no text: they are ranked by what else is known of them`);
  if (unknown > 0) note(`${formatCount(unknown)} items of the events are not in ${items.path}: they are ranked by their events alone`);
  if (config.data.split === 'random') note(LEAKAGE_WARNING);

  const random = new finetune.Random(config.seed).fork('split');
  const { split: strategy, validationShare: share } = config.data;
  const split = splitBehaviour(events, { strategy, share, uniform: () => random.uniform() });
  const embedder = await writeTextTower({ config, items: items.items, events: split.earlier, folder, signal, note });
  note('embedding the items');
  const kept = new KeptTensors(config.data.cache);
  const texts = items.items.map(({ text }) => text);
  const onProgress = (done: number, total: number): void => progress.update({ done, total, detail: `${formatCount(done)} texts` });
  const embedded = await embedOnce(kept, embedder, { texts, precision: config.export.int8 ? 'int8' : 'fp32', signal, onProgress });
  const data = { config, items, events, ...split, textVectors: embedded.vectors, textWidth: embedded.width, kept };
  const fitted = await fitRanking(data, note);

  const later = config.data.test === undefined ? undefined : await finetune.loadBehaviour(config.data.test, { signal });
  if (later !== undefined) note('evaluating the test events');
  const test = later && (await judge(fitted.head, events, later.events, config.seed));
  const report = test ?? fitted.validation;
  note('exporting');
  await finetune.exportRankingHead(out, {
    embedder,
    head: fitted.head,
    ...(config.export.histories && { histories: toHistories(events, fitted.head.items, randomUUID()) }),
    ranking: {
      items: fitted.head.items.length,
      users,
      events: events.length,
      text: config.text.tower,
      collaborative: fitted.collaborative,
      metrics: singleFigures(report),
    },
    config,
    reports: { validation: fitted.validation, calibrationError: fitted.calibrationError, ...(test && { test }) },
    trainingData: { sha256, rows: events.length, files: [basename(items.path), basename(config.data.events ?? '')] },
    createdBy,
  });
  return {
    directory: out,
    task: 'ranking',
    metrics: singleFigures(report),
    validation: fitted.validation,
    ...(test && { test }),
    calibrationError: fitted.calibrationError,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

interface Files {
  items: ItemFile;
  events: UserEvent[];
  /** Of both files and of what decides how they are read. */
  sha256: string;
  /** Items of the events that the items' file lacks. */
  unknown: number;
}

async function readFiles({ data, items: columns, behaviour, seed }: RankingConfig, signal: AbortSignal): Promise<Files> {
  const [{ AttuneError, textNormalizationSchema }, finetune, { weightOf }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
    import('@attune/ranking'),
  ]);
  const missing = (flag: string, key: string, what: string): Error =>
    new AttuneError('wrong-use', `There are no ${what}.`, { remedy: `Name their file with ${flag}, or data.${key} in head.yaml.` });
  if (data.events === undefined) throw missing('--events', 'events', 'events');
  if (data.items === undefined) throw missing('--items', 'items', 'items');
  const items = await finetune.loadItems(data.items, columns, { normalization: textNormalizationSchema.parse({}), signal });
  const { events, sha256, path } = await finetune.loadBehaviour(data.events, { signal });
  const liked = new Set(events.filter((event) => weightOf(event, behaviour) > 0).map(({ user }) => user));
  if (liked.size < 2) {
    throw new AttuneError(
      'bad-data',
      `${path}: ${liked.size === 0 ? 'nobody has' : 'only one user has'} an event that speaks for an item; a ranking is learnt from several users.`,
      {
        remedy: 'Add events, or give their types a weight above 0 with behaviour.typeWeights.',
      },
    );
  }
  const known = new Set(items.items.map(({ id }) => id));
  const unknown = new Set(events.map(({ item }) => item).filter((item) => !known.has(item))).size;
  const decisive = JSON.stringify({
    events: sha256,
    items: items.sha256,
    columns,
    behaviour,
    seed,
    split: data.split,
    share: data.validationShare,
  });
  return { items, events, sha256: createHash('sha256').update(decisive).digest('hex'), unknown };
}

/** The single numbers of a report. */
function singleFigures(report: object): Record<string, number> {
  return Object.fromEntries(Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
