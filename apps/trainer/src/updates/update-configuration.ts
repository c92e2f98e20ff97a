import type { UpdateJobInput } from '@attune/contracts';
import { rowColumns } from '../feedback/head-columns';
import type { HeadTemplate } from '../heads/head-templates';

/**
 * head.yaml of an update: the head's own without its rows, which the command line names. Corrections have a text, perhaps a pair, and a label:
 * a split by another column, or by time, cannot be.
 */
export function updateConfiguration(
  template: HeadTemplate,
  { epochs, learningRate }: Pick<UpdateJobInput, 'epochs' | 'learningRate'>,
): Record<string, unknown> {
  const { task, tasks, training, ...base } = template;
  const { train: _train, validation: _validation, test: _test, time: _time, split, group, ...data } = template.data;
  const { text = 'text', pair } = rowColumns(template) ?? {};
  const isGrouped = split === 'grouped' && group !== undefined && [text, pair].includes(group);
  const optimizer = { ...(isObject(base.optimizer) ? base.optimizer : {}), ...(learningRate === undefined ? {} : { learningRate }) };
  return {
    ...base,
    ...(tasks === undefined ? { task } : { tasks }),
    data: { ...data, ...(isGrouped ? { split, group } : {}) },
    training: { ...training, ...(epochs === undefined ? {} : { epochs }) },
    optimizer,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
