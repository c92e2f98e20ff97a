import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@attune/contracts';
import { sql } from 'drizzle-orm';
import { untilDone } from '../stream/progress';
import type { Feeds } from './feeds';
import type { ScaleGround } from './scale-ground';

const LOOK_EVERY = 250;
export const GROUPS = { documents: 'sentiment-monitor.scoring', events: 'recommender.behaviour' } as const;

/** Messages of a topic that a group has not handled yet, as its commits say: asking the broker costs the database nothing. */
export async function behind({ stream }: ScaleGround, topic: string, group: string): Promise<number> {
  const progress = await stream.progress(topic, group);
  return progress.reduce((sum, { position, end }) => sum + Number(BigInt(end) - BigInt(position)), 0);
}

/** Waits until everything that was published is in the databases, with what follows from it published. */
export async function untilAllDone(ground: ScaleGround, feeds: Feeds): Promise<void> {
  await untilEventsDone(ground);
  await untilAnnounced(ground);
  await untilDone(ground.databases['sentiment-monitor'], feeds.documentsPublished);
}

export async function untilEventsDone(ground: ScaleGround): Promise<void> {
  while ((await behind(ground, TOPICS.behaviourEvents.name, GROUPS.events)) > 0) await sleep(LOOK_EVERY);
}

/** Waits until the turns of all conversations are announced. */
export async function untilAnnounced({ databases }: ScaleGround): Promise<void> {
  const waiting = async (): Promise<number> => {
    const { rows } = await databases['customer-service'].query((orm) =>
      orm.execute<{ waiting: number }>(sql`select count(*)::int as waiting from attune_outbox`),
    );
    return rows[0].waiting;
  };
  while ((await waiting()) > 0) await sleep(LOOK_EVERY);
}
