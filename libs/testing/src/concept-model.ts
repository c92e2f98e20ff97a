import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { writeHandSetHead } from './hand-set-head';
import { CONCEPTS, INTENTS } from './concepts';

const HIDDEN = 96;
/** How strongly a concept's word pulls at a label, and how much must pull before a message is in scope, or angry. */
const PULL = 8;
const OUT_OF_SCOPE_BIAS = 5;
const CALM_BIAS = 3;

/** What another version of the head does differently. */
export interface ConceptModelOptions {
  version?: string;
  /** Direction of the first concept: with another one, the vectors mean nothing beside those of the first. */
  shift?: number;
}

/**
 * Puts a head into a model store, and promotes it, whose answers are known: texts are near by the concepts that they share, an
 * intent is told by its concepts, and angry words are angry. It knows English and Chinese.
 */
export async function writeConceptModel(models: string, { version = '1', shift = 0 }: ConceptModelOptions = {}): Promise<void> {
  const directory = join(models, `source-customer-service-${version}`);
  const direction = (concept: string): number => (Object.keys(CONCEPTS).indexOf(concept) + shift) % HIDDEN;
  const words = new Map<string, number[]>();
  for (const [concept, members] of Object.entries(CONCEPTS)) {
    for (const word of members.split(' ')) words.set(word, [...(words.get(word) ?? []), direction(concept)]);
  }
  const pulls = (concepts: readonly string[], weight: number) =>
    Object.fromEntries(concepts.map((concept) => [direction(concept), weight]));
  await writeHandSetHead(directory, {
    hiddenSize: HIDDEN,
    words,
    tasks: [
      {
        name: 'intent',
        labels: [
          ...Object.entries(INTENTS).map(([label, concepts]) => ({ label, weights: pulls(concepts, PULL), bias: 0 })),
          { label: 'out_of_scope', weights: {}, bias: OUT_OF_SCOPE_BIAS },
        ],
      },
      {
        name: 'tone',
        labels: [
          { label: 'calm', weights: {}, bias: CALM_BIAS },
          { label: 'angry', weights: pulls(['anger'], 3 * PULL), bias: 0 },
        ],
      },
    ],
  });
  const store = new ModelStore(models);
  await store.add('customer-service', version, directory);
  await store.promote('customer-service', version);
}
