import { sql } from 'drizzle-orm';
import { PgDialect, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { newestFirst, oldestFirst } from './time-order';

const letters = pgTable('letters', { id: text().primaryKey(), sentAt: timestamp('sent_at', { withTimezone: true }).notNull() });
const place = { sentAt: new Date('2026-03-01T10:00:00Z'), id: 'b' };

describe.each([
  ['newest first', newestFirst(letters, 'sentAt'), '<', 'desc'],
  ['oldest first', oldestFirst(letters, 'sentAt'), '>', 'asc'],
])('a list, %s,', (_, order, beyond, direction) => {
  const query = (part = sql``) => new PgDialect().sqlToQuery(part);

  it('goes on after a place, and tells rows of one time apart by their ids', () => {
    expect(query(order.after(place))).toMatchObject({
      sql: `("letters"."sent_at" ${beyond} $1 or ("letters"."sent_at" = $2 and "letters"."id" ${beyond} $3))`,
      params: ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.000Z', 'b'],
    });
    expect(order.columns.map((column) => query(column).sql)).toEqual([`"letters"."sent_at" ${direction}`, `"letters"."id" ${direction}`]);
  });

  it('begins with its first row without a place', () => {
    expect(order.after(undefined)).toBeUndefined();
  });
});
