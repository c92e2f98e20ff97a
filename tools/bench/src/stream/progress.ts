import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@attune/storage';
import { sql } from 'drizzle-orm';

/** How far a monitor has come, as its database says. */
export interface StreamProgress {
  /** Documents that are scored. */
  documents: number;
  /** Sentiments about a watch that detection has taken in. */
  detected: number;
}

const LOOK_EVERY = 200;

/** Asks the database how far it has come. */
export async function readProgress(database: Database): Promise<StreamProgress> {
  const { rows } = await database.query((orm) =>
    orm.execute<{ documents: number; detected: number }>(
      sql`select (select count(*)::int from documents) as documents, (select count(*)::int from attune_inbox) as detected`,
    ),
  );
  return rows[0];
}

/** Waits until so many documents are scored, their sentiments detected, and everything that follows is published. */
export async function untilDone(database: Database, documents: number): Promise<void> {
  for (;;) {
    const progress = await readProgress(database);
    if (progress.documents >= documents && (await isQuiet(database, progress.detected))) return;
    await sleep(LOOK_EVERY);
  }
}

async function isQuiet(database: Database, detected: number): Promise<boolean> {
  const { rows } = await database.query((orm) =>
    orm.execute<{ pairs: number; waiting: number }>(
      sql`select (select coalesce(sum(jsonb_array_length(sentiments)), 0)::int from documents) as pairs,
        (select count(*)::int from attune_outbox) as waiting`,
    ),
  );
  const [{ pairs, waiting }] = rows;
  return detected >= pairs && waiting === 0;
}
