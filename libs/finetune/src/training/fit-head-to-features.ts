import type { HeadShape } from '@attune/artifact';
import type { EncodedExample } from '../data/example';
import { LogisticRegressionProblem, type LinearLayer } from '../heads/logistic-regression';
import { hostProduct } from '../native/host-product';
import type { Network } from '../network/network';
import type { Random } from '../random';
import { overExamples, targetsOf } from './evaluate-network';

/** Rows whose features a warm start looks at; more change the output layer little and take time. */
const WARM_START_ROWS = { aLabel: 24, least: 1024, most: 4096 };

export interface FitHeadOptions {
  network: Network;
  head: HeadShape;
  /** Width of the features. */
  width: number;
  train: EncodedExample[];
  validation: EncodedExample[];
  padTokenId: number;
  /** All rows and full convergence (the `head` tuner), or a place to start from. */
  converge: boolean;
  random: Random;
}

/** Computes the features of the frozen encoder once and fits the network's output layer to them. */
export function fitHeadToFeatures({ network, head, width, train, padTokenId, converge, random }: FitHeadOptions): void {
  if (head.task === 'regression') return;
  const { aLabel, least, most } = WARM_START_ROWS;
  const enough = Math.min(most, Math.max(least, aLabel * head.labels.length));
  const rows = converge ? train : random.shuffle([...train]).slice(0, enough);
  const kernels = converge ? undefined : network.kernels;
  const features = overExamples(rows, padTokenId, width, (batch) => network.features(batch, kernels));
  const problem = new LogisticRegressionProblem(features, rows.length, width, targetsOf(rows), head.labels.length, {
    link: head.task === 'multi-label' ? 'sigmoid' : 'softmax',
    matmul: hostProduct(network.kernels),
  });
  const layer: LinearLayer = problem.fit({ l2: 1e-3, tolerance: converge ? 1e-5 : 1e-3, maxIterations: converge ? 500 : 60 });
  network.forgetWeights();
  network.parameter('head.output.weight').assign(layer.weight);
  network.parameter('head.output.bias').assign(layer.bias);
}
