import { headPrefix, type HeadShape } from '@attune/artifact';
import type { EncodedExample } from '../data/example';
import { fitWithSelectedL2, type FeatureRows, type SelectionOptions } from '../heads/select-regularization';
import { hostProduct } from '../native/host-product';
import type { Kernels } from '../native/kernels';
import { headOutputs } from '../heads/task-layout';
import type { TrainableNetwork } from '../network/trainable-network';
import type { Random } from '../random';
import { overExamples, targetsOf, type PassOptions } from './evaluate-network';

/** Rows whose features a warm start looks at; more change the output layer little and take time. */
const WARM_START_ROWS = { aLabel: 24, least: 1024, most: 4096 };
/** A warm start's penalty is strong: its logits are to be small enough for fine-tuning to change them. */
const WARM_START = { grid: [1e-4], maxIterations: 60 };

export interface FitHeadOptions extends PassOptions {
  network: TrainableNetwork;
  head: HeadShape;
  /** Its place among the heads; default the first. */
  place?: number;
  /** Width of the features. */
  width: number;
  train: EncodedExample[];
  validation: EncodedExample[];
  random: Random;
}

/**
 * The `head` tuner: features of the frozen encoder are computed once, in float32, and the output layer is fitted to them
 * until it converges, with the penalty that the validation rows choose.
 */
export async function fitHead(options: FitHeadOptions): Promise<void> {
  assignFit(options, await featuresOf(options, options.train), await featuresOf(options, options.validation), {});
}

/** Puts the output layer where a fit on some of the rows has it, for fine-tuning to start from (Kumar et al. 2022). */
export async function warmStartHead(options: FitHeadOptions): Promise<void> {
  const { network, head, train, random } = options;
  const { aLabel, least, most } = WARM_START_ROWS;
  const enough = Math.min(most, Math.max(least, aLabel * headOutputs(head)));
  const rows = await featuresOf(options, random.shuffle([...train]).slice(0, enough), network.kernels);
  assignFit(options, rows, rows, WARM_START);
}

async function featuresOf(options: FitHeadOptions, examples: EncodedExample[], kernels?: Kernels): Promise<FeatureRows> {
  const { network, width, place } = options;
  const features = await overExamples(examples, width, options, (batch) => network.features(batch, kernels, place));
  return { features, rows: examples.length, targets: targetsOf(examples) };
}

function assignFit(
  { network, head, width, place = 0 }: FitHeadOptions,
  train: FeatureRows,
  validation: FeatureRows,
  selection: Pick<SelectionOptions, 'grid' | 'maxIterations'>,
): void {
  const matmul = hostProduct(network.kernels);
  const layer = fitWithSelectedL2(train, validation, { task: head.task, width, outputs: headOutputs(head), matmul, ...selection });
  network.forgetWeights();
  const prefix = headPrefix(head, place);
  network.parameter(`${prefix}.output.weight`).assign(layer.weight);
  network.parameter(`${prefix}.output.bias`).assign(layer.bias);
}
