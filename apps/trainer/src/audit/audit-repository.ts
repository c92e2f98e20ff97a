import type { AuditEntry, auditQuerySchema } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database, Transaction } from '@attune/storage';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { z } from 'zod';
import { auditEntries } from '../database/schema';
import { placeSchema } from '../database/place';

/** What the service does by itself is written down under this name. */
export const OWN_NAME = 'trainer';

/** Writes an entry with the change that it tells of. */
export async function writeAudit(tx: Transaction, entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
  await tx.insert(auditEntries).values({ ...entry, at: new Date() });
}

/** The audit, the newest entry first. */
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async list(query: z.infer<typeof auditQuerySchema>): Promise<Page<AuditEntry>> {
    const { cursor, limit, head, action } = query;
    const before = decodeCursor(cursor, placeSchema)?.before;
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(auditEntries)
        .where(
          and(
            before === undefined ? undefined : lt(auditEntries.sequence, before),
            head === undefined ? undefined : eq(auditEntries.head, head),
            action === undefined ? undefined : eq(auditEntries.action, action),
          ),
        )
        .orderBy(desc(auditEntries.sequence))
        .limit(limit + 1),
    );
    const entries = rows.map(({ sequence, at, head: of, ...row }) => ({
      ...row,
      id: String(sequence),
      at: at.toISOString(),
      ...(of === null ? {} : { head: of }),
    }));
    return pageOf(entries, limit, ({ id }) => ({ before: id }));
  }
}
