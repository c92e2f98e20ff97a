import { TopicIndex, type TopicMatch } from './topic-index';
import type { MatchableWatch } from './watch-match';

const topic = (id: string, more: { topic?: string; description?: string; threshold?: number }): MatchableWatch => ({
  id,
  enabled: true,
  target: { kind: 'topic', keywords: [], threshold: 0.5, ...more },
});

describe('TopicIndex', () => {
  const vectors = new Map([['a merger', Float32Array.of(0.6, 0.8)]]);
  const index = new TopicIndex();
  const watches = [
    topic('label', { topic: 'mergers' }),
    topic('strict', { topic: 'mergers', threshold: 0.9 }),
    topic('meaning', { description: 'a merger', threshold: 0.8 }),
    topic('both', { topic: 'mergers', description: 'a merger' }),
    topic('words', {}),
  ];
  for (const watch of watches) index.add(watch);
  const found = (topics: Record<string, number>, embedding?: Float32Array): TopicMatch[] => index.match({ topics, embedding }, vectors);

  it('goes by label and meaning, from the threshold on, and tells the stronger reason', () => {
    expect(index.descriptions).toEqual(['a merger']);
    expect(found({ mergers: 0.5 }, Float32Array.of(0, 1))).toEqual([
      { watchId: 'both', by: 'description', strength: expect.closeTo(0.8, 6) },
      { watchId: 'label', by: 'topic', strength: 0.5 },
      { watchId: 'meaning', by: 'description', strength: expect.closeTo(0.8, 6) },
    ]);
    expect(found({ mergers: 0.95 }).map(({ watchId, by }) => [watchId, by])).toEqual([
      ['both', 'topic'],
      ['label', 'topic'],
      ['strict', 'topic'],
    ]);
  });

  it.each([
    ['below the threshold', { mergers: 0.49 }, Float32Array.of(0.8, -0.6)],
    ['for a label that the head does not know', { __proto__: 1 }, undefined],
    ['with a vector of another encoder', {}, Float32Array.of(1, 0, 0)],
  ])('finds nothing %s', (_case, topics, embedding) => expect(found(topics, embedding)).toEqual([]));

  it('forgets what is removed, and reads no text where nothing is left', () => {
    expect(index.isEmpty).toBe(false);
    index.remove(topic('both', { topic: 'mergers', description: 'a merger' }));
    expect(found({ mergers: 0.5 }).map(({ watchId }) => watchId)).toEqual(['label']);
    for (const watch of watches) index.remove(watch);
    expect([index.isEmpty, index.descriptions, found({ mergers: 1 }, Float32Array.of(0, 1))]).toEqual([true, [], []]);
  });
});
