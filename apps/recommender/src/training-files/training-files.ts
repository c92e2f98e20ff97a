import type { StoredItem } from '@attune/contracts';
import { eachPage, type Database } from '@attune/storage';
import { stringify } from 'csv-stringify/sync';
import { sql } from 'drizzle-orm';
import type { ItemRepository } from '../items/item-repository';
import { textOf } from '../items/item-vectors';

/** Rows that are read at once. */
const PAGE = 2_000;
/** Between the values of a cell with several, as training reads them. */
const SEPARATOR = '|';

const EVENT_COLUMNS = ['user', 'item', 'ts', 'type', 'value'] as const;
const ITEM_COLUMNS = ['item', 'text', 'category', 'price', 'publishedAt'] as const;

interface EventRow extends Record<string, unknown> {
  readonly sequence: string;
  readonly user: string;
  readonly item: string;
  readonly ts: string;
  readonly type: string;
  readonly value: number | null;
}

/** The files that `attune train --task ranking` and `attune evaluate` read, made of what the service knows: training sees what serving saw. */
export class TrainingFiles {
  constructor(
    private readonly database: Database,
    private readonly items: ItemRepository,
  ) {}

  /** `events.csv`, in the order in which the events came in: columns user, item, ts (milliseconds since 1970), type and value. */
  async *events(from: Date, to: Date): AsyncGenerator<string> {
    yield `${EVENT_COLUMNS.join()}\n`;
    for (let after = 0; ;) {
      const { rows } = await this.database.query((orm) =>
        orm.execute<EventRow>(sql`select sequence::text as sequence, user_id as user, item_id as item,
            (extract(epoch from at) * 1000)::bigint::text as ts, type, value from events
          where sequence > ${after} and at >= ${from.toISOString()}::timestamptz and at < ${to.toISOString()}::timestamptz
          order by sequence limit ${PAGE}`),
      );
      if (rows.length > 0) yield stringify(rows, { columns: [...EVENT_COLUMNS] });
      if (rows.length < PAGE) return;
      after = Number(rows[rows.length - 1].sequence);
    }
  }

  /** `items.csv`: columns item, text, category, price, publishedAt, and one for each attribute that an item has. */
  async *catalogue(): AsyncGenerator<string> {
    const { rows } = await this.database.query((orm) =>
      orm.execute<{ name: string }>(sql`select distinct name from items, jsonb_object_keys(body -> 'attributes') as name
        where deleted_at is null order by name`),
    );
    const own = new Set<string>(ITEM_COLUMNS);
    const attributes = rows.map(({ name }) => name).filter((name) => !own.has(name));
    const columns = [...ITEM_COLUMNS, ...attributes];
    yield stringify([columns]);
    for await (const page of eachPage<StoredItem>(PAGE, (last) => this.items.list({ after: last?.id, limit: PAGE }))) {
      yield stringify(
        page.map((item) => toRow(item, attributes)),
        { columns },
      );
    }
  }
}

function toRow(item: StoredItem, attributes: readonly string[]): Record<string, string | number | undefined> {
  const cell = (value: StoredItem['attributes'][string] | undefined): string | number | undefined => {
    if (value === undefined || typeof value === 'number') return value;
    return Array.isArray(value) ? value.map((part) => part.replaceAll(SEPARATOR, '/')).join(SEPARATOR) : String(value);
  };
  const { id, category, price, publishedAt } = item;
  return {
    item: id,
    text: textOf(item),
    category,
    price,
    publishedAt,
    ...Object.fromEntries(attributes.map((name) => [name, cell(item.attributes[name])])),
  };
}
