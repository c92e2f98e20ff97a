import { configuredTasks } from '../config/tasks';
import { planReplay } from '../continual/replayed-rows';
import type { EncodedExample } from '../data/example';
import { withLessons } from '../distillation/lessons';
import { labelledRows, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import { makeStepLoss, type StepLoss } from '../losses';
import { withSoftTargets } from '../losses/soft-targets';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { rememberOutputs } from './continual-run';
import { targetsOf } from './evaluate-network';
import { LabelledSteps } from './labelled-steps';
import { passOptions, type Run } from './run';
import type { StepSource } from './step-source';

/** What is learned beside labels. */
interface SoftTargets {
  /** `[rows × outputs]` by the rows' indices. */
  values: Float32Array;
  /** Rows that have no label. */
  unlabelled: EncodedExample[];
  temperature: number;
  hard: number;
  soft: number;
}

/**
 * Steps over the labelled rows of a run, as it configures them: texts changed by the epoch, earlier rows in their ratio to new ones, and
 * beside the labels what teachers say, or what the model itself said before.
 *
 * @param network as it is before it learns anything
 */
export async function labelledSteps(run: Run, network: TrainableNetwork): Promise<StepSource> {
  const { config, dataset, layout, train } = run;
  const tasks = configuredTasks(config);
  const loss = run.loss ?? lossOfLabels(run);
  const soft = await softTargets(run, network);
  const describeRow = (index: number): string => {
    if (run.loss) return String(index + 1);
    return index < train.length ? String(dataset.train[index].row) : `${index - train.length + 1} without a label`;
  };
  const headWeights = tasks.map(({ weight }) => weight);
  return new LabelledSteps({
    network,
    config,
    padTokenId: passOptions(run).padTokenId,
    describeRow,
    loss: soft === undefined ? loss : withSoftTargets(loss, layout, { ...soft, headWeights }),
    ...rowsOf(run, soft),
  });
}

/** The loss that the configuration names, over the labels of the training rows. */
function lossOfLabels({ config, layout, train }: Run): StepLoss {
  const counts = layout.heads.map((columns) => labelCounts(examplesOfHead(train, columns, layout), columns));
  return makeStepLoss(configuredTasks(config), layout, counts);
}

/** How many rows an epoch has, and which. */
function rowsOf(
  { config, dataset, layout, train, augmented }: Run,
  soft: SoftTargets | undefined,
): Pick<LabelledStepsRows, 'rows' | 'examplesOf'> {
  const replay = planReplay(dataset.train, config.continual.replayRatio);
  const taught = (rows: EncodedExample[]): EncodedExample[] =>
    soft === undefined ? rows : withLessons([...rows, ...soft.unlabelled], soft.values, layout.outputs);
  return {
    rows: (replay?.rows ?? train.length) + (soft?.unlabelled.length ?? 0),
    examplesOf(epoch) {
      const all = augmented?.examplesOf(epoch) ?? train;
      return taught(replay?.epochOf(all, new Random(config.seed).fork(`replay ${epoch}`)) ?? all);
    },
  };
}

type LabelledStepsRows = ConstructorParameters<typeof LabelledSteps>[0];

async function softTargets(run: Run, network: TrainableNetwork): Promise<SoftTargets | undefined> {
  const { config, lessons, previous } = run;
  const { forgetting, temperature } = config.continual;
  if (lessons !== undefined && config.distill !== undefined) {
    const { weight } = config.distill;
    return {
      values: lessons.soft,
      unlabelled: lessons.unlabelled,
      temperature: config.distill.temperature,
      hard: 1 - weight,
      soft: weight,
    };
  }
  if (forgetting === 0 || previous === undefined) return undefined;
  return { values: await rememberOutputs(run, network, run.train), unlabelled: [], temperature, hard: 1, soft: forgetting };
}

/** Examples that have a label for a head, with their targets for it alone. */
function examplesOfHead(examples: EncodedExample[], columns: HeadColumns, layout: TaskLayout): EncodedExample[] {
  if (layout.heads.length === 1) return examples;
  const { start, width } = columns.targets;
  return labelledRows(targetsOf(examples), columns, layout).map((row) => {
    const all = examples[row].target;
    const own = typeof all === 'number' ? Float32Array.of(all) : all.subarray(start, start + width);
    return { ...examples[row], target: columns.head.task === 'multi-label' ? own : own[0] };
  });
}

function labelCounts(examples: EncodedExample[], { head }: HeadColumns): number[] {
  const counts = head.labels.map(() => 0);
  for (const { target } of examples) {
    if (typeof target !== 'number') target.forEach((value, label) => (counts[label] += value));
    else if (head.task === 'classification') counts[target]++;
  }
  return counts;
}
