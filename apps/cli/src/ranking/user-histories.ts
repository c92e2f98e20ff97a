import { createHash } from 'node:crypto';
import type { RankingHistories, RankingItem } from '@attune/artifact';
import type { UserEvent } from '@attune/ranking';

/** A user's name in a model directory: a salted hash, so that who knows the name finds the history, and nobody reads the names. */
export function hashedUser(salt: string, user: string): string {
  return createHash('sha256').update(`${salt}\0${user}`).digest('hex').slice(0, 32);
}

/** Training events as a model directory keeps them. */
export function toHistories(events: readonly UserEvent[], items: readonly RankingItem[], salt: string): RankingHistories {
  const places = new Map(items.map(({ id }, place) => [id, place]));
  const types = [...new Set(events.flatMap(({ type }) => type ?? []))];
  const users: RankingHistories['users'] = {};
  const names = new Map<string, string>();
  for (const { user, item, at, type, value } of events) {
    let name = names.get(user);
    if (name === undefined) names.set(user, (name = hashedUser(salt, user)));
    (users[name] ??= []).push([places.get(item) ?? -1, at, type === undefined ? -1 : types.indexOf(type), value ?? null]);
  }
  return { salt, types, users };
}

/** Kept histories as events again; their users are the hashed names. */
export function fromHistories({ types, users }: RankingHistories, items: readonly RankingItem[]): UserEvent[] {
  return Object.entries(users).flatMap(([user, events]) =>
    events.flatMap(([place, at, type, value]): UserEvent[] => {
      const item = items.at(place);
      if (place < 0 || item === undefined) return [];
      return [{ user, item: item.id, at, ...(type >= 0 && { type: types[type] }), ...(value !== null && { value }) }];
    }),
  );
}
