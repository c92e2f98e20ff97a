import { z } from 'zod';
import { marketDocumentSchema, TOPICS, watchInputSchema } from '.';

describe('contracts', () => {
  const document = { id: 'wire:1', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text: 'Orders fell again.' };

  it.each([
    ['no text', { ...document, text: ' \n ' }],
    ['5 MB of text', { ...document, text: 'a'.repeat(5_000_000) }],
    ['a date without an offset', { ...document, publishedAt: '2026-03-01T09:30:00' }],
    ['an id with a blank', { ...document, id: 'wire 1' }],
    ['an address that is not of the web', { ...document, url: 'file:///etc/passwd' }],
  ])('refuse a document with %s', (_fault, faulty) => {
    expect(marketDocumentSchema.safeParse(faulty).success).toBe(false);
  });

  it('fill in how a watch is judged', () => {
    const watch = watchInputSchema.parse({ name: 'Acme', target: { kind: 'entity', names: ['Acme'] } });
    expect(watch.rules).toMatchObject({ windowMinutes: 5, hopMinutes: 1 });
  });

  it('refuse a topic that nothing describes, and a hop that does not divide its window', () => {
    expect(watchInputSchema.safeParse({ name: 'x', target: { kind: 'topic' } }).success).toBe(false);
    const rules = { windowMinutes: 5, hopMinutes: 2 };
    expect(watchInputSchema.safeParse({ name: 'x', target: { kind: 'entity', names: ['x'] }, rules }).success).toBe(false);
  });

  it('can be written as JSON Schema, every topic of them', () => {
    for (const { schema } of Object.values(TOPICS)) expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object' });
  });
});
