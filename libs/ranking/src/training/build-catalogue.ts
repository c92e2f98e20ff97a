import type { BehaviourSettings, RankingItem, RankingScoring } from '@attune/artifact';
import { readHistory, weightOf, type HistoryEntry } from '../behaviour/interaction';
import type { UserEvent } from './test-users';

/** An item as its owner describes it. */
export interface DescribedItem {
  id: string;
  categories: Record<string, string[]>;
  numbers: Record<string, number>;
  publishedAt?: number;
}

/** What training events say of the items, and how the users' behaviour reads. */
export interface BuiltCatalogue {
  items: RankingItem[];
  numbers: RankingScoring['numbers'];
  /** Time of the newest event, 0 where there are none. */
  trainedAt: number;
  /** What each user liked, the earliest first. */
  sequences: { user: string; entries: HistoryEntry[] }[];
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Counts what training events say of items. Items that only events name come last, without attributes.
 *
 * @param numbers numeric attributes that scoring is to look at
 */
export function buildCatalogue(
  described: readonly DescribedItem[],
  events: readonly UserEvent[],
  settings: BehaviourSettings,
  numbers: readonly string[],
): BuiltCatalogue {
  const trainedAt = events.reduce((latest, { at }) => Math.max(latest, at), 0);
  const items = described.map(({ id, categories, numbers: own, publishedAt }): RankingItem => {
    return {
      id,
      categories,
      numbers: own,
      events: 0,
      decayedEvents: 0,
      users: 0,
      ...(publishedAt !== undefined && { firstAt: publishedAt }),
    };
  });
  const places = new Map(items.map(({ id }, place) => [id, place]));
  const published = new Set(described.filter(({ publishedAt }) => publishedAt !== undefined).map(({ id }) => id));
  const users = new Map<string, UserEvent[]>();
  for (const event of events) {
    let place = places.get(event.item);
    if (place === undefined) {
      place = items.push({ id: event.item, categories: {}, numbers: {}, events: 0, decayedEvents: 0, users: 0 }) - 1;
      places.set(event.item, place);
    }
    const item = items[place];
    const weight = weightOf(event, settings);
    if (weight > 0) {
      item.events += weight;
      item.decayedEvents += weight * Math.exp((event.at - trainedAt) / (settings.popularityDays * DAY));
    }
    if (!published.has(item.id)) item.firstAt = Math.min(item.firstAt ?? Infinity, event.at);
    const own = users.get(event.user);
    if (own === undefined) users.set(event.user, [event]);
    else own.push(event);
  }
  const sequences = [...users].map(([user, own]) => {
    const entries = readHistory(own, trainedAt, settings, (id) => places.get(id)).filter(({ weight }) => weight > 0);
    for (const { item } of entries) items[item].users++;
    return { user, entries: entries.reverse() };
  });
  return { items, numbers: distributions(items, numbers), trainedAt, sequences };
}

function distributions(items: readonly RankingItem[], names: readonly string[]): RankingScoring['numbers'] {
  return Object.fromEntries(
    names.map((name) => {
      const values = items.map((item) => item.numbers[name]).filter((value) => value !== undefined);
      const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
      return [name, { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 }];
    }),
  );
}
