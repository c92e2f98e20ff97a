import type { z } from 'zod';
import { metricsOfTask, type MetricName } from '../evaluation/metric';
import type { HeadConfig, TaskConfig, TaskType } from './head-config';
import { LEARNING_RULES } from './learning-rules';
import { isPromptTask } from './prompt-config';
import { promptFaults } from './prompt-rules';
import type { Rule } from './rule';
import { checkpointMetric, taskTypeOf } from './tasks';

const LOSS_TASK: Record<NonNullable<HeadConfig['loss']['name']>, TaskType> = {
  'cross-entropy': 'classification',
  focal: 'classification',
  'binary-cross-entropy': 'multi-label',
  mse: 'regression',
  'info-nce': 'matching',
};

/** Rules of one task; `loss` stands in the task's own entry, or at the top. */
const LOSS_RULES: readonly Rule<{ type: TaskType; loss: HeadConfig['loss'] }>[] = [
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
    fault: ({ type, loss }) => {
      const hasClasses = type === 'classification' || type === 'multi-label';
      return loss.classWeights !== 'none' && !hasClasses ? `a ${type} task has no classes to weigh` : undefined;
    },
  },
];

const RULES: readonly Rule<HeadConfig>[] = [
  {
    path: ['export', 'examples'],
    fault: ({ export: { examples, embedding }, task, tasks }) => {
      if (examples === 0) return undefined;
      const types = tasks?.map(({ type }) => type) ?? [task];
      if (types.every((type) => type === 'matching')) return 'a matching task has no labelled rows';
      return embedding || types.includes('matching') ? undefined : 'rows are found by their embeddings: set export.embedding';
    },
  },
  onlyWith('full', 'layerDecay', (value) => value !== 1),
  onlyWith('full', 'unfreezeEvery', (value) => value !== 0),
  onlyWith('adapters', 'reductionFactor', (value) => value !== 16),
  onlyWith('adapters', 'activation', (value) => value !== 'gelu'),
  onlyWith('prompt-tuning', 'promptTokens', (value) => value !== 20),
  onlyWith('prompt-tuning', 'promptText', (value) => value !== undefined),
  onlyWith('prompt-tuning', 'promptEncoder', (value) => value !== 'none'),
  onlyWith('prompt-tuning', 'promptEncoderSize', (value) => value !== undefined),
  {
    path: ['tuner', 'promptText'],
    fault: ({ tuner: { promptText, promptEncoder } }) => {
      if (promptText === undefined) return undefined;
      if (promptText.trim() === '') return 'a prompt that starts from a text needs one that says something';
      return promptEncoder === 'none' ? undefined : 'an encoder makes the prompt from embeddings of its own: leave promptEncoder out';
    },
  },
  {
    path: ['tuner', 'promptEncoderSize'],
    fault: ({ tuner }) =>
      tuner.promptEncoderSize !== undefined && tuner.promptEncoder === 'none' ? 'needs promptEncoder mlp, and there is none' : undefined,
  },
  {
    path: ['tuner', 'frozenLayers'],
    fault: ({ tuner }) =>
      tuner.frozenLayers !== 0 && tuner.name !== 'full' ? `works with tuner full, and tuner.name is ${tuner.name}` : undefined,
  },
  {
    path: ['tuner', 'targetModules'],
    fault: ({ tuner }) => {
      const isLowRank = tuner.name === 'lora' || tuner.name === 'dora';
      return isLowRank && tuner.targetModules.length === 0 ? `${tuner.name} needs at least one module` : undefined;
    },
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
    fault: ({ data, task }) =>
      data.validation === undefined && data.validationShare === 0 && !isPromptTask(task)
        ? 'must be above 0 where data.validation names no file: training is judged on those rows'
        : undefined,
  },
  {
    path: ['data', 'label'],
    fault: ({ data, task, tasks }) => (tasks === undefined && task !== 'matching' ? labelColumnFault(data, data.label) : undefined),
  },
  {
    path: ['data', 'pair'],
    fault: ({ data, task, tasks }) => {
      if (tasks === undefined && task === 'matching' && data.pair === undefined) return 'matching needs the column of the second text';
      return data.pair === data.text ? `"${data.text}" is the column of the first text, too` : undefined;
    },
  },
  {
    path: ['tuner', 'name'],
    fault: ({ tuner, task, tasks }) => {
      const matches = tasks === undefined ? task === 'matching' : tasks.some(({ type }) => type === 'matching');
      return matches && tuner.name === 'head' ? 'a matching task tunes the encoder, and tuner head leaves it as it is' : undefined;
    },
  },
  {
    path: ['normalization', 'template'],
    fault: ({ data, normalization: { template }, task, tasks }) => {
      if (template === undefined) return undefined;
      if (template.split('{text}').length !== 2) return `the template ${JSON.stringify(template)} must have the slot {text} once`;
      const matches = tasks === undefined ? task === 'matching' : tasks.some(({ type }) => type === 'matching');
      return data.pair !== undefined || matches ? 'a template goes around single texts, and these rows are pairs' : undefined;
    },
  },
  {
    path: ['normalization', 'entityMarkers'],
    fault: ({ data, normalization, task, tasks }) => {
      if (normalization.entityMarkers === 'none') return undefined;
      if (tasks === undefined && task === 'matching') return 'matching reads each text of a pair by itself';
      return data.pair === undefined ? 'there is no second text to mark without data.pair' : undefined;
    },
  },
  {
    path: ['loss'],
    fault: ({ tasks, loss }) => {
      const isDefault = loss.name === undefined && loss.labelSmoothing === undefined && loss.classWeights === 'none' && loss.rDrop === 0;
      return tasks !== undefined && !isDefault ? 'each of the tasks has a loss of its own: write it there' : undefined;
    },
  },
  {
    path: ['outOfScope'],
    fault: ({ outOfScope, task, tasks }) => {
      if (outOfScope === undefined) return undefined;
      if (tasks !== undefined) return 'each of the tasks has one of its own: write it there';
      return task === 'classification' ? undefined : `needs task classification, and task is ${task}`;
    },
  },
  {
    path: ['tasks'],
    fault: ({ tasks = [] }) => {
      // Names are compared as file systems may: a head's weights lie in a file of its name.
      const names = tasks.map(({ name }) => name.toLowerCase());
      const repeated = names.find((name, place) => names.indexOf(name) !== place);
      if (repeated !== undefined) return `two tasks are called "${repeated}"`;
      return tasks.filter(({ type }) => type === 'matching').length > 1 ? 'one matching task is enough: there is one embedding' : undefined;
    },
  },
];

/** A key of one tuner that was set for another. */
function onlyWith<Key extends keyof HeadConfig['tuner']>(
  owner: HeadConfig['tuner']['name'],
  key: Key,
  isSet: (value: HeadConfig['tuner'][Key]) => boolean,
): Rule<HeadConfig> {
  return {
    path: ['tuner', key],
    fault: ({ tuner }) =>
      tuner.name !== owner && isSet(tuner[key]) ? `works with tuner ${owner}, and tuner.name is ${tuner.name}` : undefined,
  };
}

/** Rules of an entry of `tasks`. */
const TASK_RULES: readonly Rule<{ task: TaskConfig; config: HeadConfig }>[] = [
  {
    path: ['label'],
    fault: ({ task, config }) => {
      if (task.type !== 'matching') return labelColumnFault(config.data, task.label ?? task.name);
      return task.label === undefined ? undefined : 'a matching task has no label: its rows are pairs of texts';
    },
  },
  {
    path: ['data'],
    fault: ({ task }) => {
      if (task.type !== 'matching') return task.data === undefined ? undefined : 'only a matching task has rows of its own';
      if (task.data === undefined) return 'a matching task needs rows of its own: its keys train, text and pair';
      return task.data.text === task.data.pair ? `"${task.data.text}" is the column of both texts` : undefined;
    },
  },
  {
    path: ['outOfScope'],
    fault: ({ task }) =>
      task.outOfScope === undefined || task.type === 'classification' ? undefined : `needs type classification, and type is ${task.type}`,
  },
  {
    path: ['pooling'],
    fault: ({ task }) =>
      task.type === 'matching' && (task.pooling ?? 'mean') !== 'mean' ? 'an embedding is the mean of the states' : undefined,
  },
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
    fault: ({ task, config }) => {
      if (!task.ignoresPair) return undefined;
      if (task.type === 'matching') return 'a matching task reads each text of a pair by itself';
      return config.data.pair === undefined ? 'there is no second text without data.pair' : undefined;
    },
  },
];

function labelColumnFault(data: HeadConfig['data'], label: string): string | undefined {
  return label === data.text || label === data.pair ? `"${label}" is the column of a text, too` : undefined;
}

function measureFault(metric: MetricName, task: TaskType): string | undefined {
  const fitting = metricsOfTask(task);
  return fitting.includes(metric) ? undefined : `${metric} is no metric of a ${task} task; there are ${fitting.join(', ')}`;
}

function metricFault(config: HeadConfig): string | undefined {
  const metric = checkpointMetric(config);
  if (metric === undefined || metric.kind === 'mean') return undefined;
  const tasks: { name?: string; type: TaskType }[] = config.tasks ?? [{ type: taskTypeOf(config.task) }];
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
  if (config.tasks === undefined) report(LOSS_RULES, { type: taskTypeOf(config.task), loss: config.loss });
  config.tasks?.forEach((task, place) => {
    report(LOSS_RULES, task, ['tasks', place]);
    report(TASK_RULES, { task, config }, ['tasks', place]);
  });
  report(RULES, config);
  report(LEARNING_RULES, config);
  for (const { path, message } of promptFaults(config)) context.addIssue({ code: 'custom', path: [...path], message });
}
