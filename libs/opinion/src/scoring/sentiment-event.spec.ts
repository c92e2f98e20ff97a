import { documentSentimentEventSchema, type MarketDocument } from '@attune/contracts';
import { contentHash, sentimentEventId, toSentimentEvent } from './sentiment-event';

const document: MarketDocument = { id: 'wire:1', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text: 'Café sales fell.' };

describe('contentHash', () => {
  it('does not depend on how the same content is written', () => {
    const { id, source, publishedAt, text } = document;
    expect(contentHash({ text: text.normalize('NFD'), publishedAt: '2026-03-01T10:30:00+01:00', source, id })).toBe(contentHash(document));
    expect(contentHash({ id, source, publishedAt, text })).toBe(contentHash(document));
  });

  it.each([
    ['text', { text: 'Cafe sales fell.' }],
    ['title', { title: '' }],
    ['time', { publishedAt: '2026-03-01T09:30:01Z' }],
    ['url', { url: 'https://example.com' }],
  ])('differs with another %s', (_field, change) => expect(contentHash({ ...document, ...change })).not.toBe(contentHash(document)));
});

describe('sentimentEventId', () => {
  it('keeps its parts apart', () => {
    expect(sentimentEventId('a', 'bc', 'w', 'm')).not.toBe(sentimentEventId('ab', 'c', 'w', 'm'));
    expect(sentimentEventId('a', 'b', 'w', 'm')).toMatch(/^[\w-]{43}$/);
  });
});

describe('toSentimentEvent', () => {
  const input = {
    document,
    contentHash: contentHash(document),
    watchId: 'w',
    sentiment: { score: -0.8, label: 'negative' as const, probabilities: { positive: 0.1, negative: 0.9, neutral: 0 } },
    sentences: 1,
    topics: ['products', 'earnings'],
    fingerprint: '',
    modelVersion: 'v1',
    receivedAt: '2026-03-01T09:30:02.000Z',
  };

  it('makes an event of the contract, byte for byte the same', () => {
    const event = toSentimentEvent(input);
    expect(documentSentimentEventSchema.parse(event)).toEqual(event);
    expect(event.time).toBe(input.receivedAt);
    const shuffled = {
      ...input,
      topics: ['earnings', 'products'],
      sentiment: { ...input.sentiment, probabilities: { neutral: 0, negative: 0.9, positive: 0.1 } },
    };
    expect(JSON.stringify(toSentimentEvent(shuffled))).toBe(JSON.stringify(event));
  });
});
