import type { z } from 'zod';
import type { HeadConfig } from './head-config';
import { checkpointMetric, configuredTasks, type ConfiguredTask } from './tasks';

type Task = HeadConfig['task'];

const LOSS_TASK: Record<NonNullable<HeadConfig['loss']['name']>, Task> = {
  'cross-entropy': 'classification',
  focal: 'classification',
  'binary-cross-entropy': 'multi-label',
  mse: 'regression',
};

const CLASSIFYING_METRICS: readonly string[] = ['accuracy', 'macroF1', 'microF1', 'weightedF1', 'rocAuc', 'prAuc'];
const REGRESSION_METRICS: readonly string[] = ['spearman', 'mse'];

/** A rule across fields: the key at fault, and what is wrong with it, or nothing. */
interface Rule<Subject> {
  path: readonly string[];
  fault: (subject: Subject) => string | undefined;
}

/** Rules of one task; `loss` stands in the task's own entry, or at the top. */
const LOSS_RULES: readonly Rule<ConfiguredTask>[] = [
  {
    path: ['loss', 'name'],
    fault: ({ type, loss }) => {
      const needed = loss.name === undefined ? type : LOSS_TASK[loss.name];
      return needed === type ? undefined : `${loss.name} needs task ${needed}, and task is ${type}`;
    },
  },
  {
    path: ['loss', 'labelSmoothing'],
    fault: ({ type, loss }) => {
      if (!loss.labelSmoothing || (type === 'classification' && loss.name !== 'focal')) return undefined;
      return `label smoothing needs task classification with cross-entropy`;
    },
  },
  {
    path: ['loss', 'rDrop'],
    fault: ({ type, loss }) => (loss.rDrop > 0 && type !== 'classification' ? `needs task classification, and task is ${type}` : undefined),
  },
  {
    path: ['loss', 'classWeights'],
    fault: ({ type, loss }) => (loss.classWeights !== 'none' && type === 'regression' ? 'a regression has no classes to weigh' : undefined),
  },
];

const RULES: readonly Rule<HeadConfig>[] = [
  {
    path: ['tuner', 'layerDecay'],
    fault: ({ tuner }) =>
      tuner.layerDecay !== 1 && tuner.name !== 'full' ? `works with tuner full, and tuner.name is ${tuner.name}` : undefined,
  },
  {
    path: ['tuner', 'unfreezeEvery'],
    fault: ({ tuner }) =>
      tuner.unfreezeEvery !== 0 && tuner.name !== 'full' ? `works with tuner full, and tuner.name is ${tuner.name}` : undefined,
  },
  {
    path: ['tuner', 'targetModules'],
    fault: ({ tuner }) => (tuner.name === 'lora' && tuner.targetModules.length === 0 ? 'lora needs at least one module' : undefined),
  },
  { path: ['training', 'metric'], fault: metricFault },
  {
    path: ['data', 'group'],
    fault: ({ data }) =>
      data.split === 'grouped' && data.group === undefined ? 'a grouped split needs the column of the group' : undefined,
  },
  {
    path: ['data', 'time'],
    fault: ({ data }) =>
      data.split === 'time' && data.time === undefined ? 'a time-ordered split needs the column of the time' : undefined,
  },
  {
    path: ['data', 'validationShare'],
    fault: ({ data }) =>
      data.validation === undefined && data.validationShare === 0
        ? 'must be above 0 where data.validation names no file: training is judged on those rows'
        : undefined,
  },
  {
    path: ['data', 'label'],
    fault: ({ data, tasks }) => (tasks === undefined ? labelColumnFault(data, data.label) : undefined),
  },
  {
    path: ['data', 'pair'],
    fault: ({ data }) => (data.pair === data.text ? `"${data.text}" is the column of the first text, too` : undefined),
  },
  {
    path: ['normalization', 'entityMarkers'],
    fault: ({ data, normalization }) =>
      normalization.entityMarkers !== 'none' && data.pair === undefined ? 'there is no second text to mark without data.pair' : undefined,
  },
  {
    path: ['loss'],
    fault: ({ tasks, loss }) => {
      const isDefault = loss.name === undefined && loss.labelSmoothing === undefined && loss.classWeights === 'none' && loss.rDrop === 0;
      return tasks !== undefined && !isDefault ? 'each of the tasks has a loss of its own: write it there' : undefined;
    },
  },
  {
    path: ['tasks'],
    fault: ({ tasks = [] }) => {
      // Names are compared as file systems may: a head's weights lie in a file of its name.
      const names = tasks.map(({ name }) => name.toLowerCase());
      const repeated = names.find((name, place) => names.indexOf(name) !== place);
      return repeated === undefined ? undefined : `two tasks are called "${repeated}"`;
    },
  },
];

/** Rules of an entry of `tasks`. */
const TASK_RULES: readonly Rule<{ task: ConfiguredTask; config: HeadConfig }>[] = [
  { path: ['label'], fault: ({ task, config }) => labelColumnFault(config.data, task.label) },
  {
    path: ['metric'],
    fault: ({ task }) => {
      if (task.metric === undefined) return undefined;
      if (task.metric === 'loss' || task.metric === 'mse') return `${task.metric} has no place in a mean; name it in training.metric`;
      return measureFault(task.metric, task.type);
    },
  },
  {
    path: ['ignoresPair'],
    fault: ({ task, config }) =>
      task.ignoresPair && config.data.pair === undefined ? 'there is no second text without data.pair' : undefined,
  },
];

function labelColumnFault(data: HeadConfig['data'], label: string): string | undefined {
  return label === data.text || label === data.pair ? `"${label}" is the column of a text, too` : undefined;
}

function measureFault(metric: string, task: Task): string | undefined {
  if (metric === 'loss') return undefined;
  const fitting = task === 'regression' ? REGRESSION_METRICS : CLASSIFYING_METRICS;
  return fitting.includes(metric) ? undefined : `${metric} is no metric of a ${task} task; there are ${['loss', ...fitting].join(', ')}`;
}

function metricFault(config: HeadConfig): string | undefined {
  const metric = checkpointMetric(config);
  if (metric === undefined || metric.kind === 'mean') return undefined;
  const tasks = configuredTasks(config);
  const named = tasks.find(({ name }) => name === metric.task);
  if (named !== undefined) return measureFault(metric.name, named.type);
  const known = config.tasks?.map(({ name }) => `${name}.${metric.name}`).join(' or ');
  return known === undefined ? `there is one task: write ${metric.name}` : `write of which task: ${known}`;
}

/** Reports every rule across fields that a configuration breaks, at the path of the key to change. */
export function checkHeadConfigRules(config: HeadConfig, context: z.RefinementCtx<HeadConfig>): void {
  const report = <Subject>(rules: readonly Rule<Subject>[], subject: Subject, at: readonly (string | number)[] = []): void => {
    for (const rule of rules) {
      const message = rule.fault(subject);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [...at, ...rule.path], message });
    }
  };
  configuredTasks(config).forEach((task, place) => {
    const at = config.tasks === undefined ? [] : ['tasks', place];
    report(LOSS_RULES, task, at);
    if (config.tasks !== undefined) report(TASK_RULES, { task, config }, at);
  });
  report(RULES, config);
}
