import { AttuneError, type HeadShape } from '@attune/artifact';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { HeadConfig } from '../config/head-config';
import { configuredTasks, type ConfiguredTask } from '../config/tasks';
import { sampleReplayed } from '../continual/replayed-rows';
import { Random } from '../random';
import { describeData, type DataReport } from './data-report';
import { withoutExactDuplicates, type SplitExamples, type SplitName } from './duplicates';
import type { Example } from './example';
import { listRows, loadExamples, type LoadedExamples } from './load-examples';
import { joined, listed, loadEach, splitsOf, type LoadedFiles } from './loaded-files';
import { loadMatching, type MatchingDataset } from './load-matching';
import { splitExamples } from './split';
import { checkKnownLabelsOfTasks, headsOf, labelledFor, withSingleTexts } from './tasks-of-dataset';

/** Which data a head was trained on, to be kept with it. */
export interface DataFingerprint {
  /** Of everything that decides the examples: the files' bytes, the columns, the cleaning and the split. In hexadecimal. */
  sha256: string;
  /** Rows that are trained on. */
  rows: number;
  validationRows: number;
  testRows: number;
  /** By the name of the file alone: where it lay says something about a machine, not about the data. */
  files: { split: SplitName; file: string; rows: number; sha256: string }[];
}

/** Labelled examples, ready for the tokeniser. */
export interface Dataset {
  /** In the order of the head's outputs; for regression the label column's name alone. Those of the first task; none of matching. */
  labels: string[];
  /** The heads to train, one a task; none where the only task is matching. */
  heads: HeadShape[];
  /** Labelled rows. */
  train: Example[];
  /** Empty only where `data.validationShare` is 0 and no file is named, or where there are no heads. */
  validation: Example[];
  test?: Example[];
  /** The pairs of a matching task. */
  matching?: MatchingDataset;
  report: DataReport;
  fingerprint: DataFingerprint;
}

/** Options of {@link loadDataset}. */
export interface LoadDatasetOptions {
  signal?: AbortSignal;
  /** Look for near-duplicates (default true). */
  nearDuplicates?: boolean;
  /** Heads of the model that it goes on from, whose labels come first. */
  previousHeads?: readonly HeadShape[];
}

async function loadFiles(config: HeadConfig, signal: AbortSignal | undefined): Promise<LoadedFiles> {
  const { data, normalization, continual } = config;
  if (data.train === undefined) {
    throw new AttuneError('wrong-use', 'There is no training data.', { remedy: 'Name the file with --data or data.train in head.yaml.' });
  }
  const [first, ...further] = configuredTasks(config);
  const furtherTasks = further.map(({ name = '', type, label, labelSeparator }) => ({ name, type, label, labelSeparator }));
  const options = {
    task: first.type,
    labelSeparator: first.labelSeparator,
    ...(furtherTasks.length > 0 && { furtherTasks }),
    normalization,
    signal,
  };
  const columns = { text: data.text, pair: data.pair, label: first.label };
  // Only rows that are yet to be split need the columns by which that is done.
  const splitColumns = { group: data.group, time: data.time };
  const load = (path: string, split: SplitName): Promise<LoadedExamples> =>
    loadExamples(path, split === 'train' ? { ...columns, ...splitColumns } : columns, options);
  const loaded = await loadEach({ ...data, train: data.train }, load);
  if (continual.replay === undefined) return loaded;
  const earlier: LoadedExamples[] = [];
  for (const path of [continual.replay].flat()) earlier.push(await load(path, 'train'));
  return { ...loaded, train: [...loaded.train, ...sampleReplayed(earlier, continual, new Random(config.seed).fork('replay'))] };
}

function fingerprintOf(
  config: HeadConfig,
  sources: readonly (LoadedExamples & { split: SplitName })[],
  splits: SplitExamples[],
): DataFingerprint {
  const files = sources.map(({ split, path, rows, sha256 }) => ({ split, file: basename(path), rows, sha256 }));
  const decisive = {
    files: files.map(({ split, sha256 }) => ({ split, sha256 })),
    data: withoutPaths(config.data),
    task: config.task,
    ...(config.tasks && {
      tasks: config.tasks.map((task) => (task.data === undefined ? task : { ...task, data: withoutPaths(task.data) })),
    }),
    normalization: config.normalization,
    seed: config.seed,
    ...(config.continual.replay !== undefined && { replay: [config.continual.replaySize, config.continual.replaySampling] }),
  };
  const rowsOf = (name: SplitName): number => splits.find((split) => split.name === name)?.examples.length ?? 0;
  return {
    sha256: createHash('sha256').update(JSON.stringify(decisive)).digest('hex'),
    rows: rowsOf('train'),
    validationRows: rowsOf('validation'),
    testRows: rowsOf('test'),
    files,
  };
}

function withoutPaths<Data extends object>(data: Data): Data {
  return { ...data, train: undefined, validation: undefined, test: undefined };
}

function loadingNotices(loaded: LoadedFiles): string[] {
  return listed(loaded)
    .filter(({ withoutText }) => withoutText.length > 0)
    .map(
      ({ path, rows, withoutText }) =>
        `${path}: ${withoutText.length} of ${rows} rows have no text and are left out (${listRows(withoutText)}).`,
    );
}

/** How many rows each of several tasks has. */
function taskNotices(tasks: readonly ConfiguredTask[], splits: readonly SplitExamples[]): string[] {
  if (tasks.length === 1) return [];
  return tasks.map(({ name = '' }, place) => {
    const counts = splits.map(
      (split) => `${labelledFor(tasks, place, split.examples).length} of ${split.examples.length} in ${split.name}`,
    );
    return `Task ${name}: rows with a label: ${counts.join(', ')}.`;
  });
}

/**
 * Reads, cleans, checks and splits the data of a training run. Exact duplicates are left out of training where configured;
 * validation and test rows are never changed.
 * @throws AttuneError for whatever is wrong with the files, naming file and row: see {@link loadExamples}, `collectLabels`
 * (one class only), `checkKnownLabels` (a validation or test label that training never saw) and `splitExamples`.
 */
export async function loadDataset(config: HeadConfig, options: LoadDatasetOptions = {}): Promise<Dataset> {
  const matching = await loadMatching(config, options.signal);
  return configuredTasks(config).length === 0 && matching ? pairsAlone(config, matching, options) : loadLabelled(config, matching, options);
}

/** The data of a configuration whose only task is matching. */
function pairsAlone(config: HeadConfig, matching: MatchingDataset, options: LoadDatasetOptions): Dataset {
  const { splits, notices, droppedDuplicates, files } = matching;
  const nearDuplicates = options.nearDuplicates ?? true;
  const report = describeData(splits, { task: 'matching', labels: [], droppedDuplicates, nearDuplicates, notices });
  return { labels: [], heads: [], train: [], validation: [], matching, report, fingerprint: fingerprintOf(config, files, splits) };
}

async function loadLabelled(config: HeadConfig, matching: MatchingDataset | undefined, options: LoadDatasetOptions): Promise<Dataset> {
  const { data } = config;
  const tasks = configuredTasks(config);
  const task = tasks[0].type;
  const loaded = await loadFiles(config, options.signal);
  const { validation: given, test } = loaded;
  const source = joined(loaded.train);
  const heads = headsOf(tasks, source, options.previousHeads);
  const [{ labels }] = heads;
  for (const file of [given, test]) if (file) checkKnownLabelsOfTasks(tasks, heads, file);

  const usable = data.dropDuplicates ? withoutExactDuplicates(source.examples) : source.examples;
  const random = new Random(config.seed).fork('split');
  const { train: kept, validation } = given
    ? { train: usable, validation: given.examples }
    : splitExamples(usable, { strategy: data.split, task, share: data.validationShare, random, path: source.path });

  const train = withSingleTexts(tasks, kept);
  const splits = splitsOf(loaded, { train: kept, validation });
  const report = describeData(splits, {
    task,
    labels,
    droppedDuplicates: source.examples.length - usable.length,
    nearDuplicates: options.nearDuplicates ?? true,
    notices: [...loadingNotices(loaded), ...taskNotices(tasks, splits), ...(matching?.notices ?? [])],
  });
  return {
    labels,
    heads,
    train,
    validation,
    ...(test ? { test: test.examples } : {}),
    ...(matching ? { matching } : {}),
    report,
    fingerprint: fingerprintOf(config, [...listed(loaded), ...(matching?.files ?? [])], splits),
  };
}
