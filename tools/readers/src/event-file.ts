import { stringify } from 'csv-stringify/sync';
import type { SimulatedEvent } from './simulate-readers';

const COLUMNS = ['user', 'item', 'ts', 'type', 'value'];

/** Events as the CSV file that `attune train --task ranking` takes; times are ISO 8601 in whole seconds. */
export function toCsv(events: readonly SimulatedEvent[]): string {
  const rows = events.map(({ at, ...event }) => ({ ...event, ts: `${new Date(at).toISOString().slice(0, 19)}Z` }));
  return stringify(rows, { header: true, columns: COLUMNS });
}
