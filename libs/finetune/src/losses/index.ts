import { AttuneError, type TaskName } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { ConfiguredTask } from '../config/tasks';
import type { TaskLayout } from '../heads/task-layout';
import { binaryCrossEntropy } from './binary-cross-entropy';
import { crossEntropy } from './cross-entropy';
import type { Loss } from './loss';
import { meanSquaredError } from './mean-squared-error';
import { rDrop } from './r-drop';
import { taskLosses, type StepLoss } from './task-losses';

export type { Loss } from './loss';
export { taskLosses, type StepLoss } from './task-losses';
export { binaryCrossEntropy, crossEntropy, meanSquaredError, rDrop };

const DEFAULT_LOSS: Record<TaskName, NonNullable<HeadConfig['loss']['name']>> = {
  classification: 'cross-entropy',
  'multi-label': 'binary-cross-entropy',
  regression: 'mse',
};

/** Of cross-entropy, where the configuration names none. */
const DEFAULT_SMOOTHING = 0.1;

interface LossKeys {
  task: TaskName;
  loss: HeadConfig['loss'];
}

/** The loss of a step of the tasks that lie side by side, each by its own keys. `counts` are those of `makeLoss`, a list a task. */
export function makeStepLoss(tasks: readonly ConfiguredTask[], layout: TaskLayout, counts: readonly number[][]): StepLoss {
  const losses = tasks.map(({ type, loss, weight }, place) => ({
    loss: makeLoss({ task: type, loss }, layout.heads[place].head.labels, counts[place]),
    weight,
    repeatsRows: loss.rDrop > 0,
  }));
  return taskLosses(losses, layout);
}

/**
 * The loss that a configuration names.
 *
 * @param counts training rows of each label, for balanced class weights
 * @throws AttuneError `bad-config` where a class weight names a label that the data do not have
 */
export function makeLoss(config: LossKeys, labels: string[], counts: number[]): Loss {
  const base = baseLoss(config, labels, counts);
  return config.loss.rDrop > 0 ? rDrop(base, config.loss.rDrop) : base;
}

function baseLoss(config: LossKeys, labels: string[], counts: number[]): Loss {
  const name = config.loss.name ?? DEFAULT_LOSS[config.task];
  const classWeights = resolveClassWeights(config.loss.classWeights, labels, counts);
  switch (name) {
    case 'cross-entropy':
      return crossEntropy({ labelSmoothing: config.loss.labelSmoothing ?? DEFAULT_SMOOTHING, classWeights, focalGamma: 0 });
    case 'focal':
      return crossEntropy({ labelSmoothing: 0, classWeights, focalGamma: config.loss.focalGamma });
    case 'binary-cross-entropy':
      return binaryCrossEntropy(classWeights);
    case 'mse':
      return meanSquaredError();
    case 'info-nce':
      throw new RangeError('info-nce is a loss over embeddings, not over logits');
  }
}

/** `balanced` is scikit-learn's: rows / (labels · rows of the label). */
function resolveClassWeights(weights: HeadConfig['loss']['classWeights'], labels: string[], counts: number[]): Float32Array | undefined {
  if (weights === 'none') return undefined;
  if (weights === 'balanced') {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return Float32Array.from(counts, (count) => rows / (labels.length * Math.max(count, 1)));
  }
  const unknown = Object.keys(weights).filter((label) => !labels.includes(label));
  if (unknown.length > 0) {
    throw new AttuneError(
      'bad-config',
      `loss.classWeights names ${unknown.map((label) => `"${label}"`).join(', ')}, which the training rows do not have`,
      {
        remedy: `Labels are: ${labels.slice(0, 20).join(', ')}.`,
      },
    );
  }
  return Float32Array.from(labels, (label) => weights[label] ?? 1);
}
