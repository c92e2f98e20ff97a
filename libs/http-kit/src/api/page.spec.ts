import { z } from 'zod';
import { decodeCursor } from './cursor';
import { pageOf } from './page';

const place = z.object({ id: z.string() });
const letters = ['a', 'b', 'c'].map((id) => ({ id, colour: 'red' }));
const pageAfter = (cursor: string | undefined, limit: number) => {
  const after = decodeCursor(cursor, place)?.id ?? '';
  return pageOf(letters.filter(({ id }) => id > after).slice(0, limit + 1), limit, ({ id }) => ({ id }));
};

describe('a list that is read page by page', () => {
  it('names the place of the last row of a page, where the next one begins', () => {
    const first = pageAfter(undefined, 2);
    expect(first.items).toEqual(letters.slice(0, 2));
    expect(decodeCursor(first.nextCursor, place)).toEqual({ id: 'b' });
    expect(pageAfter(first.nextCursor, 2)).toEqual({ items: letters.slice(2) });
  });

  it.each([3, 4])('ends with a page of %i that holds the rest', (limit) => {
    expect(pageAfter(undefined, limit)).toEqual({ items: letters });
  });

  it('refuses a cursor that it did not give', () => {
    expect(() => decodeCursor('b', place)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(() => decodeCursor(Buffer.from('{"at":"b"}').toString('base64url'), place)).toThrow('This cursor is not one of ours');
  });
});
