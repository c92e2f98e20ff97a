import { AttuneError } from '@attune/artifact';
import type { Alert, AlertEvent, AlertRecord } from '@attune/contracts';
import { newestFirst, type Database, type PlaceInTime, type Transaction } from '@attune/storage';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import { alertEvents, alerts } from '../database/schema';

const order = newestFirst(alerts, 'openedAt');

/** Which alerts, newest first. */
export interface AlertQuery {
  state?: Alert['state'] | undefined;
  watchId?: string | undefined;
  after?: PlaceInTime<'openedAt'> | undefined;
  limit: number;
}

/** What a person says of an alert. */
export interface AlertJudgement {
  acknowledgedBy?: string | undefined;
  falseAlarm?: boolean | undefined;
  note?: string | undefined;
}

/** Alerts in the database. */
export class AlertRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes alerts as they now stand, in the transaction that detected their changes.
   *
   * @param audible those of the changes that are told to followers
   */
  async record(tx: Transaction, events: readonly AlertEvent[], audible: readonly AlertEvent[]): Promise<void> {
    if (events.length === 0) return;
    const now = new Date();
    const newest = new Map(events.map(({ data }) => [data.id, data]));
    const rows = [...newest.values()].map((alert) => ({
      id: alert.id,
      watchId: alert.watchId,
      state: alert.state,
      alert,
      openedAt: new Date(alert.openedAt),
      updatedAt: now,
    }));
    await tx
      .insert(alerts)
      .values(rows)
      .onConflictDoUpdate({
        target: alerts.id,
        set: { state: sql`excluded.state`, alert: sql`excluded.alert`, updatedAt: sql`excluded.updated_at` },
      });
    if (audible.length === 0) return;
    await tx.insert(alertEvents).values(audible.map((event) => ({ id: event.id, watchId: event.data.watchId, event })));
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<AlertRecord> {
    const [row] = await this.database.query((orm) => orm.select().from(alerts).where(eq(alerts.id, id)));
    return toRecord(found(row, id));
  }

  async list({ state, watchId, after, limit }: AlertQuery): Promise<AlertRecord[]> {
    const conditions: (SQL | undefined)[] = [
      state === undefined ? undefined : eq(alerts.state, state),
      watchId === undefined ? undefined : eq(alerts.watchId, watchId),
      order.after(after),
    ];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(alerts)
        .where(and(...conditions))
        .orderBy(...order.columns)
        .limit(limit),
    );
    return rows.map(toRecord);
  }

  /** @throws AttuneError `not-found` */
  async judge(id: string, { acknowledgedBy, falseAlarm, note }: AlertJudgement): Promise<AlertRecord> {
    const now = new Date();
    const [row] = await this.database.query((orm) =>
      orm
        .update(alerts)
        .set({
          updatedAt: now,
          ...(acknowledgedBy === undefined ? {} : { acknowledgedBy, acknowledgedAt: now }),
          ...(falseAlarm === undefined ? {} : { falseAlarm }),
          ...(note === undefined ? {} : { note }),
        })
        .where(eq(alerts.id, id))
        .returning(),
    );
    return toRecord(found(row, id));
  }
}

function found(row: typeof alerts.$inferSelect | undefined, id: string): typeof alerts.$inferSelect {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no alert ${id}.`, { remedy: 'List them with GET /v1/alerts.' });
}

function toRecord({ alert, updatedAt, acknowledgedAt, acknowledgedBy, falseAlarm, note }: typeof alerts.$inferSelect): AlertRecord {
  return {
    ...alert,
    updatedAt: updatedAt.toISOString(),
    falseAlarm,
    ...(acknowledgedAt === null ? {} : { acknowledgedAt: acknowledgedAt.toISOString() }),
    ...(acknowledgedBy === null ? {} : { acknowledgedBy }),
    ...(note === null ? {} : { note }),
  };
}
