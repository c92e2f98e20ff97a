import type { NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { TrainedAdapter } from '../export/trained-head';
import type { Parameter } from '../layers/parameter';
import type { TrainableNetwork } from '../network/trainable-network';
import type { Random } from '../random';

/** A way of tuning: which parameters learn, and how what was learned is handed over. */
export interface Tuner {
  readonly name: HeadConfig['tuner']['name'];
  /** Learning rate where the configuration names none. */
  readonly defaultLearningRate: number;
  /** Takes hold of a network: freezes what does not learn and adds what the method adds. */
  attach(network: TrainableNetwork, config: HeadConfig, random: Random): AttachedTuner;
}

export interface AttachedTuner {
  /** Parameters that learn at some time; others are never given a gradient. */
  readonly parameters: Parameter[];
  /** Factor of the learning rate of an encoder's parameter. */
  learningRateFactor(parameter: Parameter): number;
  /** Called as each epoch begins (`epoch` from 0, fractions where evaluations lie between), for methods that thaw layers. */
  startEpoch?(epoch: number): void;
  /** All weights by their names in memory, with whatever the method added merged in. */
  mergedWeights(): Map<string, NamedTensor>;
  /** What the method added, for methods that ship it beside the merged weights. */
  adapter?(baseModel: string): TrainedAdapter;
  dispose(): void;
}

/** Whether a parameter belongs to a head, which learns under every tuner. */
export function isHeadParameter(parameter: Pick<Parameter, 'name'>): boolean {
  return /^heads?\./.test(parameter.name);
}

/** Lets exactly these parameters of the network learn. */
export function trainOnly(network: TrainableNetwork, learns: (parameter: Parameter) => boolean): Parameter[] {
  const all = [...network.parameters.values()];
  for (const parameter of all) parameter.trainable = learns(parameter);
  return all.filter((parameter) => parameter.trainable);
}
