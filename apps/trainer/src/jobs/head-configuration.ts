import type { Dataset, TrainingJobInput } from '@attune/contracts';
import type { HeadTemplate } from '../heads/head-templates';

/** The data sets of a training. */
export interface JobDatasets<Value> {
  readonly dataset: Value;
  readonly test?: Value;
  readonly items?: Value;
}

/** What a training cannot be begun with: where it stands in the request, and what is wrong. */
export interface ColumnFault {
  readonly path: string;
  readonly message: string;
}

type Columns = JobDatasets<Pick<Dataset, 'columns'>>;
type Task = NonNullable<HeadTemplate['tasks']>[number];

/** Sections of head.yaml that name columns by role. */
const ROLES = ['text', 'pair', 'label', 'group'] as const;

/** What is predicted. */
export function taskOf(template: HeadTemplate, input: Pick<TrainingJobInput, 'task'>): string {
  return input.task ?? template.task;
}

/**
 * head.yaml of a training: the head's own, with the rows and columns of the request in place of its rows. A column that the request does not
 * map stays where the data set has one of that name; a task of several whose label is nowhere is left out, unless it has rows of its own.
 *
 * @param files paths of the data sets
 */
export function headConfiguration(
  template: HeadTemplate,
  input: TrainingJobInput,
  datasets: Columns,
  files: JobDatasets<string>,
): Record<string, unknown> {
  const { train: _train, validation: _validation, test: _test, events: _events, items, ...data } = template.data;
  const base = { ...template, task: taskOf(template, input) };
  if (base.task === 'ranking') {
    const test = files.test === undefined ? {} : { test: files.test };
    return { ...base, data: { ...data, events: files.dataset, items: files.items ?? items, ...test } };
  }
  const rows = {
    ...data,
    ...mappedColumns(template, input, datasets),
    train: files.dataset,
    ...(files.test === undefined ? {} : { test: files.test }),
  };
  if (template.tasks === undefined) return { ...base, data: withSoundSplit(rows) };
  const { task: _task, ...several } = base;
  const tasks = mappedTasks(template.tasks, input, datasets.dataset.columns);
  const { label: _label, ...shared } = rows;
  return { ...several, data: withSoundSplit(shared), tasks, ...trainingOf(template, tasks) };
}

/** Everything that a request names and that is not there, so that no training is begun in vain. */
export function columnFaults(template: HeadTemplate, input: TrainingJobInput, datasets: Columns): ColumnFault[] {
  const task = taskOf(template, input);
  if (task === 'ranking') return rankingFaults(template, datasets);
  const { columns } = input;
  const present = datasets.dataset.columns;
  const wanted = ROLES.map((role) => [`columns.${role}`, columns[role]] as const);
  const unmapped: (readonly [string, string])[] = [];
  if (columns.text === undefined) unmapped.push(['columns.text', template.data.text ?? 'text']);
  const isSingle = template.tasks === undefined;
  if (isSingle && columns.label === undefined && task !== 'matching') unmapped.push(['columns.label', template.data.label ?? 'label']);
  const faults = [...wanted, ...unmapped].flatMap(([path, name]) => missingColumn(path, name, present));
  return [...faults, ...taskFaults(template.tasks ?? [], input, present)];
}

/** What is wrong with the columns of several tasks. */
function taskFaults(tasks: readonly Task[], input: TrainingJobInput, present: readonly string[]): ColumnFault[] {
  const names = tasks.map(({ name }) => name);
  const none = names.length === 0 ? 'the head has one task: name its column as label' : `the head has the tasks ${names.join(', ')}`;
  const faults = Object.entries(input.columns.labels ?? {}).flatMap(([task, name]) => {
    const path = `columns.labels.${task}`;
    return names.includes(task) ? missingColumn(path, name, present) : [{ path, message: none }];
  });
  if (faults.length > 0 || tasks.length === 0 || tasks.some((task) => labelOf(task, tasks, input, present) !== undefined)) return faults;
  return [{ path: 'columns.labels', message: `no column is named for any of the tasks ${names.join(', ')}; ${listed(present)}` }];
}

function missingColumn(path: string, name: string | undefined, present: readonly string[]): ColumnFault[] {
  if (name === undefined || present.includes(name)) return [];
  return [{ path, message: `the data set has no column "${name}"; ${listed(present)}` }];
}

function listed(present: readonly string[]): string {
  return `its columns are ${present.map((name) => `"${name}"`).join(', ')}`;
}

function rankingFaults(template: HeadTemplate, { dataset, items }: Columns): ColumnFault[] {
  const lacking = ['user', 'item', 'ts'].filter((name) => !dataset.columns.includes(name));
  return [
    ...lacking.map((name) => ({ path: 'dataset', message: `a ranking is learnt from events, and these have no column "${name}"` })),
    ...(items === undefined && template.data.items === undefined ? [{ path: 'items', message: 'a ranking needs items' }] : []),
  ];
}

function mappedColumns(template: HeadTemplate, { columns }: TrainingJobInput, { dataset }: Columns): Record<string, string | undefined> {
  const { data } = template;
  const text = columns.text ?? data.text ?? 'text';
  const kept: Record<string, string> = { text };
  for (const role of ['pair', 'label', 'group'] as const) {
    const own = data[role];
    // Groups that are the texts themselves stay so, whatever the column of the text is called.
    const standing = role === 'group' && own !== undefined && own === (data.text ?? 'text') ? text : own;
    const name = columns[role] ?? (standing !== undefined && dataset.columns.includes(standing) ? standing : undefined);
    if (name !== undefined) kept[role] = name;
  }
  return { ...Object.fromEntries(ROLES.map((role) => [role, undefined])), ...kept };
}

/** A split by groups, or by time, needs its column. */
function withSoundSplit(rows: Record<string, unknown>): Record<string, unknown> {
  const { split, time: _time, ...rest } = rows;
  const sound = split === 'grouped' && rest.group !== undefined;
  return Object.fromEntries(Object.entries({ ...rest, ...(sound ? { split } : {}) }).filter(([, value]) => value !== undefined));
}

function mappedTasks(tasks: readonly Task[], input: TrainingJobInput, present: readonly string[]): Task[] {
  return tasks.flatMap((task) => {
    if (task.data !== undefined) return [task];
    const label = labelOf(task, tasks, input, present);
    return label === undefined ? [] : [{ ...task, label }];
  });
}

/** The column of a task's label; undefined where there is none. */
function labelOf(task: Task, tasks: readonly Task[], { columns }: TrainingJobInput, present: readonly string[]): string | undefined {
  if (task.data !== undefined) return undefined;
  const named = columns.labels?.[task.name] ?? (task === tasks[0] ? columns.label : undefined);
  if (named !== undefined) return named;
  const own = task.label ?? task.name;
  return present.includes(own) ? own : undefined;
}

/** The measure that chooses the best checkpoint cannot be one of a task that is left out. */
function trainingOf({ training }: HeadTemplate, tasks: readonly Task[]): Partial<Pick<HeadTemplate, 'training'>> {
  if (training?.metric === undefined) return training === undefined ? {} : { training };
  const { metric, ...rest } = training;
  const [owner] = metric.split('.');
  return { training: metric.includes('.') && !tasks.some(({ name }) => name === owner) ? rest : training };
}
