import type { Arm, OnlineMetrics, RecommendationBasis } from '@attune/contracts';
import { statement, type Database, type Transaction } from '@attune/storage';
import { eq, sql, type SQL } from 'drizzle-orm';
import { impressions, type ShownItem } from '../database/schema';

/** A list that was shown. */
export interface Impression {
  readonly id: string;
  readonly userId: string | undefined;
  readonly session: readonly string[];
  readonly at: Date;
  readonly basis: RecommendationBasis;
  readonly arm: Arm;
  readonly modelVersion: string;
  readonly placement: string | undefined;
  readonly shown: readonly ShownItem[];
}

/** What counts as taking an item from a list. */
const TAKING = sql`('clicked', 'commented', 'shared', 'purchased')`;

const ADD = statement(`insert into impressions (id, user_id, session, at, basis, arm, model_version, placement, shown)
  select $1, $2, $3::jsonb, $4::timestamptz, $5, $6, $7, $8, $9::jsonb
  from (select set_config('synchronous_commit', 'off', true)) as setting`);

interface Counted extends Record<string, unknown> {
  readonly key: string | null;
  readonly shown: string;
  readonly taken: string;
}

/** Lists that were shown, with what scoring saw of their items at that moment. */
export class ImpressionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes a list down. The commit does not wait for the disk: where the database server itself crashes, lists of its last half second may be
   * lost, and nothing else.
   */
  async add({ id, userId, session, at, basis, arm, modelVersion, placement, shown }: Impression): Promise<void> {
    const values = [id, userId ?? null, JSON.stringify(session), at.toISOString(), basis, arm, modelVersion, placement ?? null];
    await this.database.run(ADD, [...values, JSON.stringify(shown)]);
  }

  /** A list by its id. */
  async find(id: string): Promise<Impression | undefined> {
    const [row] = await this.database.query((orm) => orm.select().from(impressions).where(eq(impressions.id, id)));
    if (row === undefined) return undefined;
    return { ...row, userId: row.userId ?? undefined, placement: row.placement ?? undefined };
  }

  /** Deletes the lists of a user. */
  async forget(tx: Transaction, userId: string): Promise<void> {
    await tx.delete(impressions).where(eq(impressions.userId, userId));
  }

  /** How lists of a time did: an item counts as taken once, however often it was. */
  async metrics(from: Date, to: Date): Promise<OnlineMetrics> {
    const [lists, whole, byPosition, byModelVersion, byArm] = await Promise.all([
      this.database.query((orm) =>
        orm.execute<{ count: string }>(sql`select count(*)::text as count from impressions where at >= ${from} and at < ${to}`),
      ),
      this.rates(sql`null::text`, from, to),
      this.rates(sql`shown.position::text`, from, to),
      this.rates(sql`i.model_version`, from, to),
      this.rates(sql`i.arm`, from, to),
    ]);
    return {
      lists: Number(lists.rows[0]?.count ?? 0),
      ...(whole.map(toRate).at(0) ?? { shown: 0, taken: 0, clickThrough: 0 }),
      byPosition: byPosition.map((row) => ({ position: Number(row.key), ...toRate(row) })).sort((a, b) => a.position - b.position),
      byModelVersion: byModelVersion.map((row) => ({ modelVersion: String(row.key), ...toRate(row) })),
      byArm: byArm.map((row) => ({ arm: row.key === 'b' ? 'b' : 'a', ...toRate(row) })),
    };
  }

  private async rates(key: SQL, from: Date, to: Date): Promise<Counted[]> {
    const { rows } = await this.database.query((orm) =>
      orm.execute<Counted>(sql`select ${key} as key, count(*)::text as shown, count(taken.item_id)::text as taken
        from impressions i
        cross join lateral jsonb_array_elements(i.shown) with ordinality as shown(item, position)
        left join lateral (
          select e.item_id from events e
          where e.impression_id = i.id and e.item_id = shown.item ->> 'item' and e.type in ${TAKING} limit 1
        ) taken on true
        where i.at >= ${from} and i.at < ${to}
        group by 1 order by 1`),
    );
    return rows;
  }
}

function toRate({ shown, taken }: Counted): { shown: number; taken: number; clickThrough: number } {
  return { shown: Number(shown), taken: Number(taken), clickThrough: Number(shown) === 0 ? 0 : Number(taken) / Number(shown) };
}
