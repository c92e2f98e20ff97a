import type { z } from 'zod';
import type { HeadConfig } from './head-config';

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
interface Rule {
  path: readonly string[];
  fault: (config: HeadConfig) => string | undefined;
}

const RULES: readonly Rule[] = [
  {
    path: ['loss', 'name'],
    fault: ({ task, loss }) => {
      const needed = loss.name === undefined ? task : LOSS_TASK[loss.name];
      return needed === task ? undefined : `${loss.name} needs task ${needed}, and task is ${task}`;
    },
  },
  {
    path: ['loss', 'labelSmoothing'],
    fault: ({ task, loss }) => {
      if (!loss.labelSmoothing || (task === 'classification' && loss.name !== 'focal')) return undefined;
      return `label smoothing needs task classification with cross-entropy`;
    },
  },
  {
    path: ['loss', 'rDrop'],
    fault: ({ task, loss }) => (loss.rDrop > 0 && task !== 'classification' ? `needs task classification, and task is ${task}` : undefined),
  },
  {
    path: ['loss', 'classWeights'],
    fault: ({ task, loss }) => (loss.classWeights !== 'none' && task === 'regression' ? 'a regression has no classes to weigh' : undefined),
  },
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
  {
    path: ['training', 'metric'],
    fault: ({ task, training: { metric } }) => {
      if (metric === undefined || metric === 'loss') return undefined;
      const fitting = task === 'regression' ? REGRESSION_METRICS : CLASSIFYING_METRICS;
      return fitting.includes(metric)
        ? undefined
        : `${metric} is no metric of a ${task} task; there are ${['loss', ...fitting].join(', ')}`;
    },
  },
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
    fault: ({ data }) =>
      data.label === data.text || data.label === data.pair ? `"${data.label}" is the column of a text, too` : undefined,
  },
  {
    path: ['data', 'pair'],
    fault: ({ data }) => (data.pair === data.text ? `"${data.text}" is the column of the first text, too` : undefined),
  },
];

/** Reports every rule across fields that a configuration breaks, at the path of the key to change. */
export function checkHeadConfigRules(config: HeadConfig, context: z.RefinementCtx<HeadConfig>): void {
  for (const rule of RULES) {
    const message = rule.fault(config);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [...rule.path], message });
  }
}
