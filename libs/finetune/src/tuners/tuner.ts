import { AttuneError, type EncoderAdditions, type NamedTensor, type Tokenizer } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { TrainedAdapter } from '../export/trained-head';
import type { Parameter } from '../layers/parameter';
import type { TrainableNetwork } from '../network/trainable-network';
import type { Random } from '../random';

/** What is known of the pretrained encoder's words, for methods that start from a text. */
export interface PretrainedText {
  tokenizer: Tokenizer;
  weights: ReadonlyMap<string, NamedTensor>;
}

/** A way of tuning: which parameters learn, and how what was learned is handed over. */
export interface Tuner {
  readonly name: HeadConfig['tuner']['name'];
  /** Learning rate where the configuration names none. */
  readonly defaultLearningRate: number;
  /** Takes hold of a network: freezes what does not learn and adds what the method adds. */
  attach(network: TrainableNetwork, config: HeadConfig, random: Random, pretrained?: PretrainedText): AttachedTuner;
  /** Places of the encoder's position table that the method takes from each text; none where absent. */
  reservedTokens?(tuner: HeadConfig['tuner']): number;
}

export interface AttachedTuner {
  /** Parameters that learn at some time; others are never given a gradient. */
  readonly parameters: Parameter[];
  /** Factor of the learning rate of an encoder's parameter. */
  learningRateFactor(parameter: Parameter): number;
  /** Called as each epoch begins (`epoch` from 0, fractions where evaluations lie between), for methods that thaw layers. */
  startEpoch?(epoch: number): void;
  /** What the method adds to the encoder and cannot merge into its weights; its own weights then stand beside those. */
  readonly additions?: EncoderAdditions;
  /** All weights by their names in memory, with whatever the method added merged in, or beside them where it cannot be merged. */
  mergedWeights(): Map<string, NamedTensor>;
  /** What the method added, for methods that ship it beside the merged weights. */
  adapter?(baseModel: string): TrainedAdapter;
  dispose(): void;
}

/** Whether a parameter belongs to a head, which learns under every tuner. */
export function isHeadParameter(parameter: Pick<Parameter, 'name'>): boolean {
  return /^heads?\./.test(parameter.name);
}

/**
 * For methods that have no place in a causal encoder, or none that Python programs would read.
 *
 * @throws AttuneError `bad-config`
 */
export function refuseCausal({ causal }: Pick<TrainableNetwork, 'causal'>, name: Tuner['name']): void {
  if (!causal) return;
  throw new AttuneError('bad-config', `tuner.name is ${name}, which causal encoders such as GPT-2 do not have`, {
    remedy: 'Choose full, lora, dora, ia3, bitfit or head.',
  });
}

/** Lets exactly these parameters of the network learn. */
export function trainOnly(network: TrainableNetwork, learns: (parameter: Parameter) => boolean): Parameter[] {
  const all = [...network.parameters.values()];
  for (const parameter of all) parameter.trainable = learns(parameter);
  return all.filter((parameter) => parameter.trainable);
}
