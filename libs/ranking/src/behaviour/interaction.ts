import type { BehaviourSettings } from '@attune/artifact';

/** Something a user did with an item. */
export interface Interaction {
  /** Id of the item. */
  item: string;
  /** When, in milliseconds since 1970. */
  at: number;
  /** What: `viewed`, `purchased`, …; absent where nothing is known but that it happened. */
  type?: string;
  /** How much of it: stars, seconds, an amount; multiplies the weight of the type where it is given. */
  value?: number;
}

/** A past event as scoring reads it. */
export interface HistoryEntry {
  /** Place of the item in the catalogue. */
  item: number;
  at: number;
  type?: string;
  /** Of the event's type, times its value; below 0 it speaks against the item. */
  weight: number;
}

/** Weight of an event by its type, times its value where it has one. */
export function weightOf({ type, value }: Pick<Interaction, 'type' | 'value'>, settings: BehaviourSettings): number {
  const own = type === undefined ? undefined : settings.typeWeights[type];
  return (own ?? settings.defaultWeight) * (value ?? 1);
}

/**
 * A user's history as scoring reads it: known items alone, the latest event first, each item once with the latest of its events and the sum of
 * their weights, and no more entries than `longestHistory`. Events may come in any order, late ones too; nothing after `now` is looked at.
 * Of events of one moment those later in the list are the later ones.
 */
export function readHistory(
  interactions: readonly Interaction[],
  now: number,
  settings: BehaviourSettings,
  placeOf: (id: string) => number | undefined,
): HistoryEntry[] {
  const order = interactions.map((_, place) => place).filter((place) => interactions[place].at <= now);
  order.sort((a, b) => interactions[b].at - interactions[a].at || b - a);
  const entries = new Map<number, HistoryEntry>();
  for (const place of order) {
    const interaction = interactions[place];
    const item = placeOf(interaction.item);
    if (item === undefined) continue;
    const weight = weightOf(interaction, settings);
    const entry = entries.get(item);
    if (entry !== undefined) entry.weight += weight;
    else if (entries.size < settings.longestHistory) {
      const { at, type } = interaction;
      entries.set(item, { item, at, weight, ...(type !== undefined && { type }) });
    }
  }
  return [...entries.values()];
}
