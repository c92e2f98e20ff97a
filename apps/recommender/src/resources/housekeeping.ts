import { RepeatedWork } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { sql } from 'drizzle-orm';
import type { ItemVectors } from '../items/item-vectors';
import type { Rankings } from '../model/rankings';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
/** Days for which the vectors of an encoder are kept that does not serve any more, for a rollback. */
const ROLLBACK_DAYS = 30;
/** Rows deleted per statement, so that nobody is held up. */
const BATCH = 5_000;

/** Removes what is older than it is kept for. */
export class Housekeeping {
  private readonly rounds: RepeatedWork;
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly vectors: ItemVectors,
    private readonly rankings: Rankings,
    private readonly retentionDays: number,
    onError: (error: unknown) => void,
  ) {
    this.rounds = new RepeatedWork(() => this.run(), onError);
  }

  /** The first round is at once: a service that is restarted within the hour removes what is old, too. */
  start(): void {
    this.rounds.start(HOUR, { atOnce: true });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.rounds.stop();
  }

  /** One round. */
  async run(): Promise<void> {
    const before = (days: number): Date => new Date(Date.now() - days * DAY);
    await this.rankings.touch();
    await this.vectors.dropOlderThan(before(ROLLBACK_DAYS));
    const end = before(this.retentionDays).toISOString();
    // An old event counts next to nothing in the popularity, which every instance decays by itself.
    for (const [table, column] of [
      ['events', 'at'],
      ['forgotten_events', 'forgotten_at'],
      ['impressions', 'at'],
    ]) {
      await this.deleteBefore(table, column, end);
    }
  }

  private async deleteBefore(table: string, column: string, end: string): Promise<void> {
    const [from, at] = [sql.identifier(table), sql.identifier(column)];
    while (!this.isStopping) {
      const { rows } = await this.database.query((orm) =>
        orm.execute<{ count: string }>(sql`with old as (select ctid from ${from} where ${at} < ${end}::timestamptz limit ${BATCH}),
          gone as (delete from ${from} where ctid = any(array(select ctid from old)) returning 1)
          select count(*)::text as count from gone`),
      );
      if (Number(rows[0]?.count ?? 0) < BATCH) return;
    }
  }
}
