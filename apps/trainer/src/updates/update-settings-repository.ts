import type { UpdateSettings } from '@attune/contracts';
import type { Database } from '@attune/storage';
import { eq } from 'drizzle-orm';
import { writeAudit } from '../audit/audit-repository';
import { updateSettings } from '../database/schema';

/** What heads are updated with where a request does not say so. */
export class UpdateSettingsRepository {
  constructor(private readonly database: Database) {}

  async get(head: string): Promise<UpdateSettings> {
    const [row] = await this.database.query((orm) => orm.select().from(updateSettings).where(eq(updateSettings.head, head)));
    return row?.settings ?? {};
  }

  async put(head: string, settings: UpdateSettings, actor: string): Promise<UpdateSettings> {
    await this.database.transaction(async (tx) => {
      const values = { head, settings, changedAt: new Date(), changedBy: actor };
      await tx.insert(updateSettings).values(values).onConflictDoUpdate({ target: updateSettings.head, set: values });
      const { promote, leastNewRows, golden } = settings;
      const said = Object.entries({ promote, leastNewRows, golden }).filter(
        (entry): entry is [string, string | number] => entry[1] !== undefined,
      );
      await writeAudit(tx, { actor, action: 'update-settings.changed', subject: head, head, details: Object.fromEntries(said) });
    });
    return settings;
  }
}
