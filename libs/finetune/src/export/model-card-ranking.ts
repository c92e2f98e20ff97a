import type { Manifest } from '@attune/artifact';

const TOWERS = {
  frozen: 'the encoder as it is',
  'fine-tuned': 'the encoder fine-tuned on items taken one after the other',
  none: 'no texts',
};
const METHODS = {
  ease: 'item × item weights in closed form, from what came before to what came after (EASE: Steck 2019; SLIT: Choi et al. 2021)',
  als: 'implicit alternating least squares (Hu et al. 2008)',
  none: 'no collaborative weights',
};

/** The part of a model card about a ranking: what it was learnt from, how well it foretells, and how to load it. */
export function rankingCard({ items, users, events, text, collaborative, metrics }: NonNullable<Manifest['ranking']>): string {
  const figures = Object.entries(metrics).filter(([name]) => !['users', 'items'].includes(name));
  return [
    '## Ranking',
    `Ranks ${items} items for users, learnt from ${events} events of ${users} users. It reads ${TOWERS[text]} and ${METHODS[collaborative]}, and scores by a linear head over these and what else is known of items and users, monotone where it should be, with calibrated probabilities.`,
    [
      '| measure | later events, whole catalogue |',
      '| --- | --- |',
      ...figures.map(([name, value]) => `| ${name} | ${value.toPrecision(4)} |`),
    ].join('\n'),
    'Its parts lie in `ranking/`: `scoring.json` (weights, normalisation, calibration, behaviour), `catalogue.json` (items with their counts), `tensors.safetensors` (vectors of items, collaborative weights) and, where it was exported with them, `histories.json` (the training events under salted hashes of the users). They are read without TensorFlow:',
    [
      '```ts',
      "import { readRankingHead } from '@attune/artifact';",
      "import { RankingModel } from '@attune/ranking';",
      '',
      'const model = new RankingModel(await readRankingHead(directory));',
      'const best = model.forUser({ interactions, now: Date.now() }).top(10);',
      '```',
    ].join('\n'),
  ].join('\n\n');
}
