import { matchTopics } from './topics';
import type { MatchableWatch } from './watch-match';

const topic = (id: string, more: { topic?: string; threshold?: number }): MatchableWatch => ({
  id,
  enabled: true,
  target: { kind: 'topic', keywords: [], threshold: 0.5, ...more },
});

describe('matchTopics', () => {
  const watches = [topic('label', { topic: 'mergers' }), topic('meaning', { threshold: 0.8 }), topic('words', {})];
  const descriptions = new Map([['meaning', Float32Array.of(0.6, 0.8)]]);

  it('goes by label, meaning and keywords, from the threshold on', () => {
    const evidence = { topics: { mergers: 0.5 }, embedding: Float32Array.of(0, 1), keywords: new Set(['words']) };
    expect(matchTopics(evidence, watches, descriptions)).toEqual([
      { watchId: 'label', by: 'topic', strength: 0.5 },
      { watchId: 'meaning', by: 'description', strength: expect.closeTo(0.8, 6) },
      { watchId: 'words', by: 'keywords', strength: 1 },
    ]);
  });

  it('finds nothing below the threshold, without a vector, or with a vector of another encoder', () => {
    expect(matchTopics({ topics: { mergers: 0.49 } }, watches, descriptions)).toEqual([]);
    expect(matchTopics({ topics: {}, embedding: Float32Array.of(1, 0, 0) }, watches, descriptions)).toEqual([]);
    expect(matchTopics({ topics: {}, embedding: Float32Array.of(1, 0) }, watches, descriptions)).toEqual([]);
  });
});
