/** Spans that end now. */
export const RANGES = ['hour', 'day', 'week', 'month', 'own'] as const;
export type RangeName = (typeof RANGES)[number];

/** A span that ends now, or a beginning and an end as the fields of a browser hold them, such as `2026-03-01T09:30`; empty for none. */
export interface TimeRange {
  readonly name: RangeName;
  readonly from: string;
  readonly to: string;
}

const HOUR = 3_600_000;
const LENGTHS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR } as const;

/** Whether it has a beginning, and does not end before it. */
export function isRange({ name, from, to }: TimeRange): boolean {
  return name !== 'own' || (to === '' ? !Number.isNaN(Date.parse(from)) : Date.parse(from) < Date.parse(to));
}

/** What the service is asked for. */
export function rangeQuery({ name, from, to }: TimeRange, now: number): { readonly from: string; readonly to?: string } {
  if (name !== 'own') return { from: new Date(now - LENGTHS[name]).toISOString() };
  return { from: new Date(from).toISOString(), ...(to === '' ? {} : { to: new Date(to).toISOString() }) };
}

/** An instant as a field of a browser holds it: the local time, to the minute. */
export function localMinute(instant: number): string {
  const local = new Date(instant - new Date(instant).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
}
