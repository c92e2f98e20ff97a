import { basename } from 'node:path';
import { AttuneError } from '@attune/artifact';
import type { HeadConfig } from '../../config/head-config';
import type { Example } from '../../data/example';
import { labelsIn } from '../../data/labels';
import { loadExamples, type LoadedExamples } from '../../data/load-examples';

/** A task of a stream: rows with labels that come together. */
export interface StreamTask {
  /** Its file's name without extensions. */
  name: string;
  file: string;
  examples: Example[];
  /** Labels that no earlier task has. */
  labels: string[];
  /** Rows that are not trained on. */
  test: Example[];
}

/** A stream of tasks, in the order in which they are learned. */
export interface TaskStream {
  tasks: StreamTask[];
  /** Hashes of the files. */
  sha256: string[];
}

export interface TaskStreamOptions {
  /** Training rows, a file a task, in order. */
  files: readonly string[];
  /** Test rows, a file a task in the same order; else those of `data.test` are parted by their labels. */
  tests?: readonly string[];
  /** Whether a task may have rows with a label of an earlier one. */
  repeatedLabels?: boolean;
  signal: AbortSignal;
}

/**
 * Reads the tasks of a stream.
 *
 * @throws AttuneError `wrong-use` for fewer than two tasks, one that comes twice, and where there are no test rows; `bad-data` for an empty
 *   task, one that repeats a label of an earlier one, and test rows that belong to none
 */
export async function loadTaskStream(config: HeadConfig, options: TaskStreamOptions): Promise<TaskStream> {
  const { files, tests, signal } = options;
  checkUse(config, files, tests);
  const load = (path: string): Promise<LoadedExamples> => {
    const { text, pair, label, labelSeparator } = config.data;
    const columns = { text, label, ...(pair !== undefined && { pair }) };
    return loadExamples(path, columns, { task: 'classification', labelSeparator, normalization: config.normalization, signal });
  };
  const sha256: string[] = [];
  const tasks: StreamTask[] = [];
  for (const file of files) {
    const loaded = await load(file);
    sha256.push(loaded.sha256);
    tasks.push(taskOf(loaded, tasks, options.repeatedLabels ?? false));
  }
  const testFiles = tests ?? [config.data.test ?? ''];
  for (const [place, file] of testFiles.entries()) {
    const loaded = await load(file);
    sha256.push(loaded.sha256);
    if (tests === undefined) partByLabel(loaded, tasks);
    else tasks[place].test = checkedTest(loaded, tasks.slice(0, place + 1));
  }
  return { tasks, sha256 };
}

function checkUse({ task, tasks, data }: HeadConfig, files: readonly string[], tests: readonly string[] | undefined): void {
  if (tasks !== undefined || task !== 'classification') {
    throw new AttuneError('bad-config', 'A stream of tasks is of one classification, whose labels come one after the other.', {
      remedy: 'Leave tasks and task out of head.yaml.',
    });
  }
  if (data.split !== 'stratified' || data.group !== undefined) {
    throw new AttuneError('bad-config', 'Validation rows of a stream are drawn by label.', {
      remedy: 'Leave data.split, data.group and data.time out of head.yaml.',
    });
  }
  if (files.length < 2) {
    throw new AttuneError('wrong-use', `A stream needs two tasks at least, and ${files.length === 0 ? 'none is' : 'one is'} named.`, {
      remedy: 'Name a file of rows for each task with --tasks, in the order in which they come.',
    });
  }
  const names = files.map(nameOf);
  const repeated = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (repeated >= 0) {
    throw new AttuneError(
      'wrong-use',
      `Two tasks of the stream are called ${names[repeated]}: ${files[names.indexOf(names[repeated])]}, ${files[repeated]}.`,
      {
        remedy: 'Name each task once; tasks are called by their files.',
      },
    );
  }
  if (tests === undefined && data.test === undefined) {
    throw new AttuneError('wrong-use', 'There are no test rows, by which forgetting could be seen.', {
      remedy: 'Name them with data.test or --test, or a file a task with --tests.',
    });
  }
  if (tests !== undefined && tests.length !== files.length) {
    throw new AttuneError('wrong-use', `There are ${files.length} tasks and ${tests.length} files of test rows.`, {
      remedy: 'Name a file of test rows for each task, in the order of the tasks.',
    });
  }
}

function nameOf(file: string): string {
  return basename(file).replace(/(\.(csv|tsv|jsonl|json|parquet))?(\.gz)?$/i, '');
}

function taskOf({ path, examples }: LoadedExamples, before: readonly StreamTask[], repeatedLabels: boolean): StreamTask {
  const labels = labelsIn(examples);
  const owner = (label: string): StreamTask | undefined => before.find((task) => task.labels.includes(label));
  const repeated = labels.filter((label) => owner(label) !== undefined);
  const fresh = labels.filter((label) => owner(label) === undefined);
  if (repeated.length > 0 && !repeatedLabels) {
    const [first] = repeated;
    const earlier = owner(first);
    const more = repeated.length > 1 ? ` and ${repeated.length - 1} more` : '';
    throw new AttuneError('bad-data', `${path}: the task repeats the label "${first}"${more} of an earlier one, ${earlier?.file}.`, {
      remedy: 'Give each label to one task, or allow it with --repeated-labels: rows of a known label are then new data for it.',
    });
  }
  return { name: nameOf(path), file: path, examples, labels: fresh, test: [] };
}

/** Rows of one file for all tasks: each to the first task that has its label. */
function partByLabel({ path, examples }: LoadedExamples, tasks: readonly StreamTask[]): void {
  for (const example of examples) {
    const label = String(example.label);
    const task = tasks.find(({ labels }) => labels.includes(label));
    if (task === undefined) throw unknownLabel(path, example);
    task.test.push(example);
  }
  const without = tasks.find(({ test }) => test.length === 0);
  if (without !== undefined) {
    throw new AttuneError('bad-data', `${path}: no row has a label of the task ${without.name}, so nothing can be said of it.`, {
      remedy: 'Add test rows for its labels, or leave the task out.',
    });
  }
}

function checkedTest({ path, examples }: LoadedExamples, known: readonly StreamTask[]): Example[] {
  const labels = new Set(known.flatMap((task) => task.labels));
  const wrong = examples.find(({ label }) => !labels.has(String(label)));
  if (wrong !== undefined) throw unknownLabel(path, wrong);
  return examples;
}

function unknownLabel(path: string, { row, label }: Example): AttuneError {
  return new AttuneError('bad-data', `${path}, row ${row}: the label "${String(label)}" is of no task up to this one.`, {
    remedy: 'Correct the label, or remove the row.',
  });
}
