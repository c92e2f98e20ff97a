/** Where an item stands now, beside the list before; `by` counts places. */
export type Change = { readonly kind: 'new' | 'same' } | { readonly kind: 'up' | 'down'; readonly by: number };

/** How often each came about; `gone` are items of the list before that are in it no longer. */
export type ChangeCounts = Readonly<Record<'new' | 'up' | 'down' | 'gone', number>>;

/**
 * Compares a list of ids with the one before it.
 *
 * @returns the change of each id of the list now
 */
export function changesOf(before: readonly string[], now: readonly string[]): ReadonlyMap<string, Change> {
  const places = new Map(before.map((id, place) => [id, place]));
  return new Map(now.map((id, place) => [id, changeFrom(places.get(id), place)]));
}

function changeFrom(before: number | undefined, now: number): Change {
  if (before === undefined) return { kind: 'new' };
  if (before === now) return { kind: 'same' };
  return before > now ? { kind: 'up', by: before - now } : { kind: 'down', by: now - before };
}

export function countChanges(before: readonly string[], now: readonly string[]): ChangeCounts {
  const counts = { new: 0, up: 0, down: 0, gone: 0 };
  const changes = changesOf(before, now);
  for (const { kind } of changes.values()) if (kind !== 'same') counts[kind]++;
  for (const id of before) if (!changes.has(id)) counts.gone++;
  return counts;
}
