import { AttuneError } from '@attune/artifact';
import type { BehaviourType, UserProfile } from '@attune/contracts';
import type { Database } from '@attune/storage';
import type { BehaviourRepository } from '../behaviour/behaviour-repository';
import type { ImpressionRepository } from '../impressions/impression-repository';
import type { Arms } from '../model/arms';
import type { Rankings } from '../model/rankings';

/** Latest events that a profile shows. */
const RECENT = 50;
/** Events that are deleted in one transaction: however many a person has, none takes longer than a statement may. */
const DELETED_AT_ONCE = 20_000;

/** What is known of people, and its deletion. */
export class UserService {
  constructor(
    private readonly database: Database,
    private readonly behaviour: BehaviourRepository,
    private readonly impressions: ImpressionRepository,
    private readonly arms: Arms,
    private readonly rankings: Rankings,
  ) {}

  /** @throws AttuneError `not-found` where nothing is known of the user */
  async get(id: string): Promise<UserProfile> {
    const [counts, recent] = await Promise.all([this.behaviour.countsOf(id), this.behaviour.historyOf(id, RECENT)]);
    if (counts.length === 0) {
      throw new AttuneError('not-found', `Nothing is known of the user ${id}.`, {
        remedy: 'Tell what the user does with POST /v1/events.',
      });
    }
    return this.arms.using(id, ({ ranking }) =>
      Promise.resolve({
        id,
        events: counts.reduce((sum, { count }) => sum + count, 0),
        eventsByType: Object.fromEntries(counts.map(({ type, count }) => [type, count])),
        lastEventAt: new Date(Math.max(...counts.map(({ lastAt }) => lastAt.getTime()))).toISOString(),
        recent: recent.map(({ item, type, at }) => {
          const title = ranking.item(item)?.title;
          return { item, type: type as BehaviourType, at: new Date(at).toISOString(), ...(title === undefined ? {} : { title }) };
        }),
      }),
    );
  }

  /**
   * Deletes a user with all that came from it: events, lists, and what they added to the popularity of items. A user of very many events is
   * deleted part by part; where that breaks off, deleting again deletes the rest.
   */
  async delete(id: string): Promise<void> {
    for (let deleted = DELETED_AT_ONCE; deleted === DELETED_AT_ONCE;) {
      deleted = await this.database.transaction(async (tx) => {
        await this.impressions.forget(tx, id);
        return this.behaviour.forget(tx, id, DELETED_AT_ONCE);
      });
    }
    await this.rankings.refresh();
  }
}
