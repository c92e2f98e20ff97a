import { marketDocumentEventSchema, type MarketDocument } from '@attune/contracts';
import { toDocumentEvent } from './document-event';

describe('toDocumentEvent', () => {
  const document: MarketDocument = {
    id: 'wire:1',
    source: 'Harbour Wire',
    publishedAt: '2026-03-01T09:30:00Z',
    text: 'Orders fell again.',
  };

  it('makes an event that the topic takes, with the document as it is', () => {
    const event = toDocumentEvent(document);
    expect(marketDocumentEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({ subject: 'wire:1', time: document.publishedAt, data: document });
  });

  it('gives the same content the same id, and other content another', () => {
    expect(toDocumentEvent({ ...document })).toEqual(toDocumentEvent(document));
    expect(toDocumentEvent({ ...document, text: 'Orders rose.' }).id).not.toBe(toDocumentEvent(document).id);
  });

  it('stays within the bounds of an event for the longest ids and sources, whatever their letters', () => {
    const longest = { ...document, id: 'x'.repeat(200), source: '例'.repeat(200) };
    expect(marketDocumentEventSchema.safeParse(toDocumentEvent(longest)).success).toBe(true);
    expect(toDocumentEvent(longest).id).not.toBe(toDocumentEvent({ ...longest, text: 'Orders rose.' }).id);
  });
});
