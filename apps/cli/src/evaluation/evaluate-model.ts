import type { ManifestTask } from '@attune/artifact';
import type { EvaluationReport, Example } from '@attune/finetune';
import { trainedColumns } from '../model-columns';
import { AS_IT_STANDS } from './as-it-stands';

/** A head, and the rows that it is evaluated on. */
export interface EvaluationSource {
  /** Folder of the head. */
  model: string;
  /** File of labelled rows. */
  data: string;
  text?: string;
  pair?: string;
  label?: string;
  /** Column by whose values the rows are evaluated apart, too. */
  slice?: string;
  /** Name of the one task to report on. */
  task?: string;
  precision: 'fp32' | 'int8';
}

interface Evaluation extends EvaluationSource {
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** A report on all rows, and one on the rows of each value of the slicing column. */
export interface SlicedReport extends EvaluationReport {
  slices?: Record<string, EvaluationReport>;
}

/** What a head says about labelled rows. */
export interface EvaluatedRows {
  model: string;
  /** All tasks of the head. */
  tasks: readonly ManifestTask[];
  examples: readonly Example[];
  /** Logits by the name of the task, by the number of the row. */
  logits: ReadonlyMap<number, RowLogits>;
}

/** What the heads said about a row, by the task's name. */
type RowLogits = Readonly<Record<string, Float32Array>>;

const CHUNK_ROWS = 512;
/** Slice of rows that have nothing in the slicing column. */
const NO_VALUE = '(none)';

/**
 * Runs a head over labelled rows with ONNX Runtime, and evaluates what it says. Of several tasks each is evaluated on the rows that
 * have a label for it; the report is that of the first, with all of them by name under `tasks`.
 *
 * @throws AttuneError for a folder that holds no head, and for rows that cannot be read or have a label that the head does not know
 */
export async function evaluateModel(evaluation: Evaluation): Promise<{ report: SlicedReport; rows: EvaluatedRows }> {
  const [{ AttuneError, readManifest }, finetune] = await Promise.all([import('@attune/artifact'), import('@attune/finetune')]);
  const { tasks } = await readManifest(evaluation.model);
  if (tasks.length === 0) {
    throw new AttuneError('bad-model', `${evaluation.model} embeds texts and has no labels to evaluate.`, {
      remedy: 'Name a head that attune train wrote.',
    });
  }
  if (evaluation.task !== undefined && !tasks.some(({ name }) => name === evaluation.task)) {
    throw new AttuneError('wrong-use', `${evaluation.model} has no task "${evaluation.task}".`, {
      remedy: `Its tasks are: ${tasks.map(({ name }) => name).join(', ')}.`,
    });
  }
  const { examples, path } = await loadRows(evaluation, tasks);
  tasks.forEach((task, place) => {
    finetune.checkKnownLabels({ path, examples: rowsOfTask(finetune, tasks, place, examples) }, task.labels, task.type);
  });
  const rows = await predictRows(evaluation, examples);
  const report = (some: readonly Example[]): EvaluationReport => reportOf(finetune, tasks, some, rows.logits, evaluation.task);
  if (evaluation.slice === undefined) return { report: report(examples), rows };
  const slices = [...bySlice(examples)].map(([value, some]) => [value, report(some)]);
  return { report: { ...report(examples), slices: Object.fromEntries(slices) as Record<string, EvaluationReport> }, rows };
}

/** What a head says about rows. */
export async function predictRows(
  { model, precision, signal, onProgress }: Pick<Evaluation, 'model' | 'precision' | 'signal' | 'onProgress'>,
  examples: readonly Example[],
): Promise<EvaluatedRows> {
  const { Predictor } = await import('@attune/inference');
  const predictor = await Predictor.open(model, { precision });
  const logits = new Map<number, RowLogits>();
  try {
    for (let start = 0; start < examples.length; start += CHUNK_ROWS) {
      signal.throwIfAborted();
      const chunk = examples.slice(start, start + CHUNK_ROWS);
      const predictions = await predictor.predictAll(chunk, { bulk: true });
      predictions.forEach((prediction, place) => {
        const byTask = Object.entries(prediction.tasks).map(([name, said]) => [name, said.logits]);
        logits.set(chunk[place].row, Object.fromEntries(byTask) as RowLogits);
      });
      onProgress(start + chunk.length, examples.length);
    }
    return { model, tasks: predictor.tasks, examples, logits };
  } finally {
    await predictor.close();
  }
}

/**
 * The rows that have a label for a classification: the one asked for, or the head's first.
 *
 * @returns undefined where the head has none
 */
export async function classifiedRows(
  { tasks, examples }: EvaluatedRows,
  name: string | undefined,
): Promise<{ task: ManifestTask; examples: Example[] } | undefined> {
  const place = tasks.findIndex((task) => task.type === 'classification' && (name === undefined || task.name === name));
  return place < 0 ? undefined : { task: tasks[place], examples: rowsOfTask(await import('@attune/finetune'), tasks, place, examples) };
}

/** Logits of a row for a task. */
export function logitsOfRow({ logits }: EvaluatedRows, { row }: Example, { name }: ManifestTask): Float32Array {
  return logits.get(row)?.[name] ?? new Float32Array(0);
}

/**
 * Labelled rows as a head reads them.
 *
 * @param tasks of the head, which say what labels look like
 */
export async function loadRows(
  evaluation: Omit<EvaluationSource, 'precision'> & { signal: AbortSignal },
  tasks: readonly ManifestTask[],
): Promise<{ path: string; examples: Example[] }> {
  const { loadExamples } = await import('@attune/finetune');
  const trained = await trainedColumns(evaluation.model);
  const pair = evaluation.pair ?? trained.pair;
  const columns = {
    text: evaluation.text ?? trained.text ?? 'text',
    label: evaluation.label ?? trained.label ?? 'label',
    ...(pair === undefined ? {} : { pair }),
    ...(evaluation.slice === undefined ? {} : { slice: evaluation.slice }),
  };
  const furtherTasks = tasks.slice(1).map(({ name, type }) => {
    const known = trained.tasks?.find((task) => task.name === name);
    return { name, type, label: known?.label ?? name, labelSeparator: known?.labelSeparator ?? trained.labelSeparator };
  });
  return loadExamples(evaluation.data, columns, {
    task: tasks[0].type,
    labelSeparator: trained.labelSeparator,
    ...(furtherTasks.length > 0 && { furtherTasks }),
    normalization: AS_IT_STANDS,
    signal: evaluation.signal,
  });
}

function bySlice(examples: readonly Example[]): Map<string, Example[]> {
  const slices = new Map<string, Example[]>();
  for (const example of examples) {
    const value = example.slice ?? NO_VALUE;
    const rows = slices.get(value);
    if (rows === undefined) slices.set(value, [example]);
    else rows.push(example);
  }
  return new Map([...slices].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Finetune = typeof import('@attune/finetune');
type Evaluators = Pick<Finetune, 'evaluateClassification' | 'evaluateMultiLabel' | 'evaluateRegression' | 'examplesOfTask'>;

/** Rows that have a label for a task, with it as their own. */
export function rowsOfTask(
  { examplesOfTask }: Pick<Evaluators, 'examplesOfTask'>,
  tasks: readonly ManifestTask[],
  place: number,
  rows: readonly Example[],
): Example[] {
  return tasks.length === 1 ? [...rows] : examplesOfTask(rows, place === 0 ? undefined : tasks[place].name);
}

function reportOf(
  evaluators: Evaluators,
  tasks: readonly ManifestTask[],
  rows: readonly Example[],
  logits: ReadonlyMap<number, RowLogits>,
  only: string | undefined,
): EvaluationReport {
  const reports = tasks.flatMap((task, place): [string, EvaluationReport][] => {
    const labelled = only === undefined || task.name === only ? rowsOfTask(evaluators, tasks, place, rows) : [];
    const own = labelled.flatMap(({ row }) => [...(logits.get(row)?.[task.name] ?? [])]);
    return labelled.length === 0 ? [] : [[task.name, taskReport(evaluators, task, own, labelled)]];
  });
  const [[, first]] = reports;
  return tasks.length === 1 || only !== undefined ? first : { ...first, tasks: Object.fromEntries(reports) };
}

function taskReport(evaluators: Evaluators, task: ManifestTask, logits: readonly number[], examples: readonly Example[]): EvaluationReport {
  const { temperature } = task.calibration;
  const indexOf = new Map(task.labels.map((label, index) => [label, index]));
  switch (task.type) {
    case 'classification': {
      const targets = examples.map(({ label }) => indexOf.get(String(label)) ?? 0);
      const rule = task.outOfScope;
      return evaluators.evaluateClassification(logits, targets, task.labels, {
        temperature,
        ...(rule && { outOfScope: { label: rule.label, rule } }),
      });
    }
    case 'multi-label': {
      const targets = examples.flatMap(({ label }) => task.labels.map((name) => (Array.isArray(label) && label.includes(name) ? 1 : 0)));
      const thresholds = task.labels.map((label) => task.thresholds?.[label] ?? 0.5);
      return evaluators.evaluateMultiLabel(logits, targets, task.labels, { temperature, thresholds });
    }
    case 'regression':
      return evaluators.evaluateRegression(
        logits,
        examples.map(({ label }) => Number(label)),
      );
  }
}
