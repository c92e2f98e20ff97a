import type { HeadConfig } from './head-config';
import type { Rule } from './rule';

/** Ways of augmentation that take words from a list of synonyms. */
const FROM_SYNONYMS = ['replace', 'insert'] as const;
const WAYS = ['swap', 'delete', ...FROM_SYNONYMS, 'backOff'] as const;

function tunerFault({ tuner }: HeadConfig, value: number, tuners: readonly string[]): string | undefined {
  if (value === 0 || tuners.includes(tuner.name)) return undefined;
  return `works with tuner ${tuners.join(' or ')}, and tuner.name is ${tuner.name}`;
}

function isMatchingAlone({ task, tasks }: HeadConfig): boolean {
  return tasks === undefined ? task === 'matching' : tasks.every(({ type }) => type === 'matching');
}

/** Rules across fields of the sections that say how a network learns. */
export const LEARNING_RULES: readonly Rule<HeadConfig>[] = [
  {
    path: ['regularization', 'swaFrom'],
    fault: (config) => tunerFault(config, config.regularization.swaFrom, ['full', 'lora', 'bitfit']),
  },
  {
    path: ['regularization', 'adversarial'],
    fault: (config) =>
      tunerFault(config, config.regularization.adversarial, ['full']) ??
      (config.regularization.adversarial > 0 && config.tuner.unfreezeEvery > 0
        ? 'needs word embeddings that learn from the start, and tuner.unfreezeEvery freezes them'
        : undefined),
  },
  { path: ['regularization', 'mixout'], fault: (config) => tunerFault(config, config.regularization.mixout, ['full']) },
  { path: ['regularization', 'l2Sp'], fault: (config) => tunerFault(config, config.regularization.l2Sp, ['full', 'bitfit']) },
  {
    path: ['augmentation', 'share'],
    fault: (config) => {
      const { augmentation, tuner } = config;
      if (augmentation.share === 0) return undefined;
      if (tuner.name === 'head') return 'tuner head reads each row once, so there is nothing to change';
      if (isMatchingAlone(config)) return 'a matching task has no head, and its pairs are not changed';
      return WAYS.every((way) => augmentation[way] === 0) ? `all of ${WAYS.join(', ')} are 0, so nothing would change` : undefined;
    },
  },
  {
    path: ['augmentation', 'synonyms'],
    fault: ({ augmentation }) => {
      const needing = FROM_SYNONYMS.filter((way) => augmentation[way] > 0);
      if (needing.length > 0 && augmentation.synonyms === undefined) return `${needing.join(' and ')} needs a file of synonyms`;
      return needing.length === 0 && augmentation.synonyms !== undefined
        ? 'neither replace nor insert is above 0, so no synonym is used'
        : undefined;
    },
  },
  {
    path: ['distill'],
    fault: (config) => {
      if (config.distill === undefined) return undefined;
      if (isMatchingAlone(config)) return 'a matching task has no head that could be taught';
      return config.tuner.name === 'head' ? 'tuner head fits labels alone' : undefined;
    },
  },
  {
    path: ['distill', 'weight'],
    fault: ({ distill }) => (distill?.weight === 0 ? 'is 0, so the teachers would teach nothing' : undefined),
  },
  {
    path: ['continual', 'replay'],
    fault: (config) => {
      const { replay, from } = config.continual;
      if (replay === undefined) return undefined;
      if (isMatchingAlone(config)) return 'a matching task has pairs and no rows to train on again';
      return from === undefined ? 'needs continual.from; rows for a first model are named in data.train' : undefined;
    },
  },
  {
    path: ['continual', 'ewc'],
    fault: (config) => {
      if (config.continual.ewc > 0 && isMatchingAlone(config)) return 'a matching task has no head by which importance is measured';
      return tunerFault(config, config.continual.ewc, ['full', 'bitfit']);
    },
  },
  {
    path: ['continual', 'forgetting'],
    fault: (config) => {
      const { continual, distill, tuner } = config;
      if (continual.forgetting === 0) return undefined;
      if (isMatchingAlone(config)) return 'a matching task has no head whose answers could be kept';
      if (tuner.name === 'head') return 'tuner head fits labels alone';
      return distill === undefined
        ? undefined
        : 'there are teachers in distill already: name the earlier model there, too, or leave one out';
    },
  },
];
