import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { writeHandSetHead } from './hand-set-head';

/** Words that decide, and the direction that each class has of its own. */
const NEGATIVE = ['loss', 'failed', 'broken', 'bad', 'problem', 'damaged', 'rejected', 'terrible'];
const POSITIVE = ['profit', 'growth', 'good', 'excellent', 'perfect'];
const LABELS = ['negative', 'neutral', 'positive'];

/**
 * Puts a sentiment head into a model store, and promotes it, whose answers are known: a text with a word of the one list is
 * negative, with one of the other positive. It is a real encoder with hand-set weights, in the same files as any other.
 *
 * @param topics that the head knows beside, and finds in no text; default none
 */
export async function writeWordListModel(models: string, version = '1', labels = LABELS, topics: readonly string[] = []): Promise<void> {
  const directory = join(models, `source-sentiment-monitor-${version}`);
  await writeHandSetHead(directory, {
    hiddenSize: 32,
    words: new Map([
      ...NEGATIVE.map((word): [string, number[]] => [word, [0]]),
      ...POSITIVE.map((word): [string, number[]] => [word, [1]]),
    ]),
    tasks: [
      {
        name: 'sentiment',
        labels: labels.map((label, place) => ({ label, weights: pullOf(place, labels.length - 1), bias: place === 1 ? 2 : 0 })),
      },
      ...(topics.length === 0
        ? []
        : [{ name: 'topics', type: 'multi-label' as const, labels: topics.map((label) => ({ label, weights: {}, bias: -5 })) }]),
    ],
  });
  const store = new ModelStore(models);
  await store.add('sentiment-monitor', version, directory);
  await store.promote('sentiment-monitor', version);
}

function pullOf(place: number, last: number): Record<number, number> {
  if (place === 0) return { 0: 20 };
  return place === last ? { 1: 20 } : {};
}
