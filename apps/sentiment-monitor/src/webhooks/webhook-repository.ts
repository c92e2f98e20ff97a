import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { AlertEvent, Webhook, webhookInputSchema } from '@attune/contracts';
import type { Database, Transaction } from '@attune/storage';
import { and, asc, desc, eq, lte, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { webhookDeliveries, webhooks } from '../database/schema';

export type WebhookInput = z.infer<typeof webhookInputSchema>;

/** A delivery that is due, with where it goes. */
export interface DueDelivery {
  webhookId: string;
  eventId: string;
  event: AlertEvent;
  attempts: number;
  url: string;
  secret: string;
}

/** How an attempt ended. */
export interface DeliveryResult {
  status?: number | undefined;
  error?: string | undefined;
  /** Absent: delivered, or given up. */
  nextAttemptAt?: Date | undefined;
  delivered: boolean;
}

/** Webhooks and their deliveries in the database. */
export class WebhookRepository {
  constructor(private readonly database: Database) {}

  async create({ watchIds, ...input }: WebhookInput): Promise<Webhook> {
    const [row] = await this.database.query((orm) =>
      orm
        .insert(webhooks)
        .values({ ...input, watchIds: watchIds ?? null, id: randomUUID(), createdAt: new Date() })
        .returning(),
    );
    return toWebhook(row, undefined);
  }

  async list(): Promise<Webhook[]> {
    return this.database.query(async (orm) => {
      const rows = await orm.select().from(webhooks).orderBy(asc(webhooks.createdAt));
      const last = await orm
        .selectDistinctOn([webhookDeliveries.webhookId])
        .from(webhookDeliveries)
        .where(sql`${webhookDeliveries.attemptedAt} is not null`)
        .orderBy(webhookDeliveries.webhookId, desc(webhookDeliveries.attemptedAt));
      return rows.map((row) =>
        toWebhook(
          row,
          last.find(({ webhookId }) => webhookId === row.id),
        ),
      );
    });
  }

  /** @throws AttuneError `not-found` */
  async delete(id: string): Promise<void> {
    const deleted = await this.database.transaction(async (tx) => {
      await tx.delete(webhookDeliveries).where(eq(webhookDeliveries.webhookId, id));
      return tx.delete(webhooks).where(eq(webhooks.id, id)).returning({ id: webhooks.id });
    });
    if (deleted.length === 0) {
      throw new AttuneError('not-found', `There is no webhook ${id}.`, { remedy: 'List them with GET /v1/webhooks.' });
    }
  }

  /** Makes deliveries due, in the transaction that detected the changes. */
  async enqueue(tx: Transaction, events: readonly AlertEvent[]): Promise<void> {
    if (events.length === 0) return;
    const hooks = await tx.select().from(webhooks).where(eq(webhooks.enabled, true));
    const now = new Date();
    const rows = hooks.flatMap((hook) =>
      events
        .filter(({ data }) => hook.watchIds === null || hook.watchIds.includes(data.watchId))
        .map((event) => ({ webhookId: hook.id, eventId: event.id, event, nextAttemptAt: now })),
    );
    if (rows.length > 0) await tx.insert(webhookDeliveries).values(rows).onConflictDoNothing();
  }

  /**
   * Takes deliveries that are due for `leaseMs`: nobody else is given them for so long, and when this process dies they
   * are due again.
   */
  async takeDue(limit: number, leaseMs: number): Promise<DueDelivery[]> {
    return this.database.transaction(async (tx) => {
      const due = await tx
        .select({ delivery: webhookDeliveries, url: webhooks.url, secret: webhooks.secret })
        .from(webhookDeliveries)
        .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
        .where(lte(webhookDeliveries.nextAttemptAt, new Date()))
        .orderBy(asc(webhookDeliveries.nextAttemptAt))
        .limit(limit)
        .for('update', { of: webhookDeliveries, skipLocked: true });
      if (due.length === 0) return [];
      const taken = sql.join(
        due.map(({ delivery: { webhookId, eventId } }) => sql`(${webhookId}, ${eventId})`),
        sql`, `,
      );
      await tx
        .update(webhookDeliveries)
        .set({ nextAttemptAt: new Date(Date.now() + leaseMs) })
        .where(sql`(${webhookDeliveries.webhookId}, ${webhookDeliveries.eventId}) in (${taken})`);
      return due.map(({ delivery: { webhookId, eventId, event, attempts }, url, secret }) => ({
        webhookId,
        eventId,
        event,
        attempts,
        url,
        secret,
      }));
    });
  }

  async finish({ webhookId, eventId }: DueDelivery, { status, error, nextAttemptAt, delivered }: DeliveryResult): Promise<void> {
    const now = new Date();
    await this.database.query((orm) =>
      orm
        .update(webhookDeliveries)
        .set({
          attempts: sql`${webhookDeliveries.attempts} + 1`,
          attemptedAt: now,
          deliveredAt: delivered ? now : null,
          nextAttemptAt: nextAttemptAt ?? null,
          status: status ?? null,
          error: error ?? null,
        })
        .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.eventId, eventId))),
    );
  }
}

function toWebhook(
  { id, url, watchIds, enabled, createdAt }: typeof webhooks.$inferSelect,
  last: typeof webhookDeliveries.$inferSelect | undefined,
): Webhook {
  return {
    id,
    url,
    enabled,
    createdAt: createdAt.toISOString(),
    ...(watchIds === null ? {} : { watchIds }),
    ...(last === undefined || last.attemptedAt === null
      ? {}
      : {
          lastDelivery: {
            at: last.attemptedAt.toISOString(),
            ...(last.status === null ? {} : { status: last.status }),
            ...(last.error === null ? {} : { error: last.error }),
          },
        }),
  };
}
