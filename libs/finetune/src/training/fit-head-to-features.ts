import { headPrefix } from '@attune/artifact';
import type { EncodedExample } from '../data/example';
import { fitWithSelectedL2, type FeatureRows, type SelectionOptions } from '../heads/select-regularization';
import { hostProduct } from '../native/host-product';
import type { Kernels } from '../native/kernels';
import { headOutputs, labelledRows, takeColumns, type TaskLayout } from '../heads/task-layout';
import type { TrainableNetwork } from '../network/trainable-network';
import type { Parameter } from '../layers/parameter';
import type { Random } from '../random';
import { overExamples, targetsOf, type PassOptions } from './evaluate-network';

/** Rows whose features a warm start looks at; more change the output layer little and take time. */
const WARM_START_ROWS = { aLabel: 24, least: 1024, most: 4096 };
/** A warm start's penalty is strong: its logits are to be small enough for fine-tuning to change them. */
const WARM_START = { grid: [1e-4], maxIterations: 60 };

export interface FitHeadsOptions extends PassOptions {
  network: TrainableNetwork;
  layout: TaskLayout;
  /** Width of the features of a head. */
  width: number;
  train: EncodedExample[];
  validation: EncodedExample[];
  random: Random;
  /** Of each head the outputs, from the first, that a warm start leaves as they are. */
  keptOutputs?: readonly number[];
}

/**
 * The `head` tuner: features of the frozen encoder are computed once, in float32, and the output layers are fitted to them
 * until they converge, with the penalty that the validation rows choose.
 */
export async function fitHeads(options: FitHeadsOptions): Promise<void> {
  const train = await featuresOf(options, options.train);
  const validation = await featuresOf(options, options.validation);
  train.forEach((rows, place) => assignFit(options, place, rows, validation[place], {}));
}

/** Puts the output layers where a fit on some of the rows has them, for fine-tuning to start from (Kumar et al. 2022). */
export async function warmStartHeads(options: FitHeadsOptions): Promise<void> {
  const { network, layout, train, random, keptOutputs = [] } = options;
  const grows = (place: number): boolean => (keptOutputs.at(place) ?? 0) < headOutputs(layout.heads[place].head);
  if (!layout.heads.some((_, place) => grows(place))) return;
  const { aLabel, least, most } = WARM_START_ROWS;
  const outputs = Math.max(...layout.heads.map(({ head }) => headOutputs(head)));
  const enough = Math.min(most, Math.max(least, aLabel * outputs));
  const features = await featuresOf(options, random.shuffle([...train]).slice(0, enough), network.kernels);
  features.forEach((rows, place) => {
    if (grows(place)) assignFit(options, place, rows, rows, WARM_START, keptOutputs.at(place));
  });
}

/** What each head reads of those examples that have a label for it, from one pass over all of them. */
async function featuresOf(options: FitHeadsOptions, examples: EncodedExample[], kernels?: Kernels): Promise<FeatureRows[]> {
  const { network, layout, width } = options;
  const all = layout.heads.length * width;
  const features = await overExamples(examples, all, options, (batch) => network.features(batch, kernels));
  const targets = targetsOf(examples);
  return layout.heads.map((columns, place) => {
    const rows = labelledRows(targets, columns, layout);
    return {
      features: takeColumns(features, all, { start: place * width, width }, rows),
      rows: rows.length,
      targets: takeColumns(targets, layout.targets, columns.targets, rows),
    };
  });
}

function assignFit(
  { network, layout, width }: FitHeadsOptions,
  place: number,
  train: FeatureRows,
  validation: FeatureRows,
  selection: Pick<SelectionOptions, 'grid' | 'maxIterations'>,
  kept = 0,
): void {
  const { head } = layout.heads[place];
  const matmul = hostProduct(network.kernels);
  const prefix = headPrefix(head, place);
  const bias = network.parameters.get(`${prefix}.output.bias`);
  const shape = { task: head.task, width, outputs: headOutputs(head), intercept: bias !== undefined };
  const layer = fitWithSelectedL2(train, validation, { ...shape, matmul, ...selection });
  network.forgetWeights();
  putRows(network.parameter(`${prefix}.output.weight`), layer.weight, kept);
  if (bias) putRows(bias, layer.bias, kept);
}

/** Writes a layer's rows after those that stay. */
function putRows(parameter: Parameter, values: Float32Array, kept: number): void {
  const merged = Float32Array.from(values);
  const width = values.length / parameter.shape[0];
  merged.set(parameter.toHost().values.subarray(0, kept * width));
  parameter.assign(merged);
}
