import { z } from 'zod';
import { instantSchema, marketDocumentSchema, TOPICS, trendQuerySchema, watchInputSchema } from '.';

describe('contracts', () => {
  const document = { id: 'wire:1', source: 'wire', publishedAt: '2026-03-01T09:30:00Z', text: 'Orders fell again.' };

  it.each([
    ['no text', { ...document, text: ' \n ' }],
    ['5 MB of text', { ...document, text: 'a'.repeat(5_000_000) }],
    ['a date without an offset', { ...document, publishedAt: '2026-03-01T09:30:00' }],
    ['U+0000, which databases do not store', { ...document, text: 'Orders\0fell' }],
    ['half of a surrogate pair', { ...document, title: 'Orders \ud83d fell' }],
    ['U+0000 in an address', { ...document, url: 'https://example.com/\0' }],
    ['an id with a blank', { ...document, id: 'wire 1' }],
    ['an address that is not of the web', { ...document, url: 'file:///etc/passwd' }],
  ])('refuse a document with %s', (_fault, faulty) => {
    expect(marketDocumentSchema.safeParse(faulty).success).toBe(false);
  });

  it.each([
    ['0100-01-01T00:00:00Z', true],
    ['0100-01-01T00:00:00+01:00', false],
    ['0021-09-01T00:01:00Z', false],
    ['9999-12-31T23:59:59Z', true],
    ['9999-12-31T23:59:59-01:00', false],
  ])('take %s as an instant: %s', (text, taken) => expect(instantSchema.safeParse(text).success).toBe(taken));

  it('ask for trends by whole minutes, in times that are counted', () => {
    const query = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T06:00:00Z' };
    expect(trendQuerySchema.safeParse({ ...query, step: '900' }).success).toBe(true);
    expect(trendQuerySchema.safeParse({ ...query, step: '604799' }).success).toBe(false);
    expect(trendQuerySchema.safeParse({ ...query, from: '0001-01-02T00:00:00Z' }).success).toBe(false);
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
