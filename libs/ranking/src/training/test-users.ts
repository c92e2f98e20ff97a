import { weightOf, type Interaction } from '../behaviour/interaction';
import type { TestUser } from '../evaluation/evaluate-ranking';
import type { RankingModel } from '../scoring/ranking-model';

/** An event with its user. */
export interface UserEvent extends Interaction {
  user: string;
}

/**
 * Users who took something later, as they were before: each at the time of the first later event, when a service would have been asked.
 *
 * @param later events that are to be foretold; those of weight 0 and less, and of items that the catalogue lacks, are no aim
 */
export function testUsers(
  model: Pick<RankingModel, 'catalogue' | 'readHistory'>,
  earlier: readonly UserEvent[],
  later: readonly UserEvent[],
): TestUser[] {
  const { catalogue } = model;
  const past = byUser(earlier);
  return [...byUser(later)].flatMap(([id, events]) => {
    const now = events.reduce((least, { at }) => Math.min(least, at), Infinity);
    const own = past.get(id) ?? [];
    const placesOf = (interactions: readonly Interaction[]): number[] => interactions.flatMap(({ item }) => catalogue.placeOf(item) ?? []);
    const seen = new Set(placesOf(own.filter(({ at }) => at <= now)));
    const aims = events.filter((event) => weightOf(event, catalogue.scoring.behaviour) > 0);
    const relevant = new Set(placesOf(aims).filter((place) => !seen.has(place)));
    return relevant.size === 0 ? [] : [{ id, ...model.readHistory(own, now), seen, relevant }];
  });
}

function byUser(events: readonly UserEvent[]): Map<string, UserEvent[]> {
  const users = new Map<string, UserEvent[]>();
  for (const event of events) {
    const own = users.get(event.user);
    if (own === undefined) users.set(event.user, [event]);
    else own.push(event);
  }
  return users;
}
