/** How later behaviour is set aside. */
export type SplitStrategy = 'time' | 'moment' | 'last' | 'random';

/** An event that can be split off. */
export interface Splittable {
  user: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface SplitOptions {
  strategy: SplitStrategy;
  /** Share of the events that is set aside, 0 to 1; of no meaning for `last`. */
  share: number;
  /** A number in [0, 1) from a seeded generator, for `random`. */
  uniform?: () => number;
}

/** What a reader should know of a split. */
export const LEAKAGE_WARNING =
  'A random split lets training see what happened after the events it is judged on: figures are higher than they will be in service.';

/**
 * Sets later events aside to judge by.
 * - `time`: of each user with two events or more the latest share, at least one. Other users' later behaviour is seen in training.
 * - `moment`: everything after one moment, for all users alike; the strictest, and what service is like.
 * - `last`: of each user with two events or more the last one.
 * - `random`: any events. It leaks the future: `LEAKAGE_WARNING`.
 *
 * Of events of one moment those later in the list are the later ones. Both sides keep the order of the list.
 */
export function splitBehaviour<Event extends Splittable>(
  events: readonly Event[],
  { strategy, share, uniform = Math.random }: SplitOptions,
): { earlier: Event[]; later: Event[] } {
  const later =
    strategy === 'moment' || strategy === 'random' ? ofAll(events, strategy, share, uniform) : ofEachUser(events, strategy, share);
  return { earlier: events.filter((_, place) => !later.has(place)), later: events.filter((_, place) => later.has(place)) };
}

function byTime(events: readonly Splittable[], places: number[]): number[] {
  return places.sort((a, b) => events[a].at - events[b].at || a - b);
}

function ofEachUser(events: readonly Splittable[], strategy: 'time' | 'last', share: number): Set<number> {
  const users = new Map<string, number[]>();
  events.forEach(({ user }, place) => {
    const own = users.get(user);
    if (own === undefined) users.set(user, [place]);
    else own.push(place);
  });
  const later = new Set<number>();
  for (const places of users.values()) {
    if (places.length < 2) continue;
    const count = strategy === 'last' ? 1 : Math.max(1, Math.floor(places.length * share));
    for (const place of byTime(events, places).slice(-count)) later.add(place);
  }
  return later;
}

function ofAll(events: readonly Splittable[], strategy: 'moment' | 'random', share: number, uniform: () => number): Set<number> {
  const places = [...events.keys()];
  if (strategy === 'random') return new Set(places.filter(() => uniform() < share));
  const order = byTime(events, places);
  let cut = Math.max(1, Math.floor(order.length * (1 - share)));
  // Events of one moment stay on one side.
  while (cut < order.length && events[order[cut]].at === events[order[cut - 1]].at) cut++;
  return new Set(order.slice(cut));
}
