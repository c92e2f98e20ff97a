import { configFaults } from './config-faults';
import { headConfigSchema } from './head-config';

it.each<[string, Record<string, unknown>, string, string]>([
  [
    'an adversary of frozen embeddings',
    { tuner: { name: 'lora' }, regularization: { adversarial: 1 } },
    'regularization.adversarial',
    'works with tuner full, and tuner.name is lora',
  ],
  [
    'an adversary of embeddings that thaw late',
    { tuner: { unfreezeEvery: 0.5 }, regularization: { adversarial: 1 } },
    'regularization.adversarial',
    'tuner.unfreezeEvery freezes them',
  ],
  [
    'mixout of frozen weights',
    { tuner: { name: 'bitfit' }, regularization: { mixout: 0.1 } },
    'regularization.mixout',
    'works with tuner full',
  ],
  ['a certain mixout', { regularization: { mixout: 1 } }, 'regularization.mixout', 'must be below 1, not 1'],
  [
    'a draw of an adapter',
    { tuner: { name: 'lora' }, regularization: { l2Sp: 0.1 } },
    'regularization.l2Sp',
    'works with tuner full or bitfit',
  ],
  [
    'an average of no steps',
    { tuner: { name: 'head' }, regularization: { swaFrom: 0.5 } },
    'regularization.swaFrom',
    'works with tuner full or lora or bitfit',
  ],
  ['synonyms without a list', { augmentation: { share: 0.5, replace: 0.1 } }, 'augmentation.synonyms', 'replace needs a file of synonyms'],
  ['a list of synonyms for nothing', { augmentation: { synonyms: 'words.txt' } }, 'augmentation.synonyms', 'no synonym is used'],
  ['changes that change nothing', { augmentation: { share: 0.5, swap: 0, delete: 0 } }, 'augmentation.share', 'nothing would change'],
  [
    'changed pairs',
    { task: 'matching', data: { pair: 'pair' }, augmentation: { share: 0.5 } },
    'augmentation.share',
    'a matching task has no head',
  ],
])('refuses %s', (_, input, path, message) => {
  const result = headConfigSchema.safeParse(input);
  const faults = result.success ? [] : configFaults(result.error, input);
  expect(faults.map((fault) => [fault.path.join('.'), fault.message])).toEqual([[path, expect.stringContaining(message)]]);
});
