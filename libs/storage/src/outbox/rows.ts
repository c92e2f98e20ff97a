import { sql } from 'drizzle-orm';
import type { Queryable } from '../database';

export interface OutboxRow {
  readonly sequence: string;
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
  /** Milliseconds since its transaction began. */
  readonly age: number;
}

/** Messages of the outbox that stand in line for publication. */
export interface OutboxBacklog {
  readonly count: number;
  /** Age of the oldest in milliseconds; 0 where there is none. */
  readonly oldestAge: number;
}

/** The first rows in line, but those of some topics. */
export async function readRows(orm: Queryable, limit: number, exceptTopics: readonly string[]): Promise<OutboxRow[]> {
  const { rows } = await orm.execute<Omit<OutboxRow, 'value'> & { value: Uint8Array | null }>(
    sql`select sequence::text, topic, key, value, headers, (extract(epoch from clock_timestamp() - enqueued_at) * 1000)::float8 as age
      from attune_outbox as line where topic <> all(${sql.param(exceptTopics)}::text[]) order by line.sequence limit ${limit}`,
  );
  return rows.map((row) => ({ ...row, value: row.value === null ? null : asBuffer(row.value) }));
}

export async function deleteRows(orm: Queryable, rows: readonly OutboxRow[]): Promise<void> {
  const sequences = rows.map(({ sequence }) => sequence);
  await orm.execute(sql`delete from attune_outbox where sequence = any(${sql.param(sequences)}::bigint[])`);
}

export async function readBacklog(orm: Queryable): Promise<OutboxBacklog> {
  const { rows } = await orm.execute<{ count: string; age: number | null }>(
    sql`select count(*)::text as count, (extract(epoch from clock_timestamp() - min(enqueued_at)) * 1000)::float8 as age from attune_outbox`,
  );
  return { count: Number(rows[0]?.count ?? 0), oldestAge: Math.max(0, rows[0]?.age ?? 0) };
}

/** The sequences of rows that are committed at this moment. */
export async function readSequences(orm: Queryable): Promise<string[]> {
  const { rows } = await orm.execute<{ sequence: string }>(sql`select sequence::text from attune_outbox`);
  return rows.map(({ sequence }) => sequence);
}

/** Whether some of these rows are still there. */
export async function someRemain(orm: Queryable, sequences: readonly string[]): Promise<boolean> {
  const { rows } = await orm.execute<{ remain: boolean }>(
    sql`select exists(select from attune_outbox where sequence = any(${sql.param(sequences)}::bigint[])) as remain`,
  );
  return rows[0]?.remain === true;
}

/** PGlite answers with plain bytes, whose memory is not shared with it. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
