import type { BacktestAlert } from './watch-replay';

/** What was counted on the way. */
export interface ReplayCounts {
  documents: number;
  /** The same document again. */
  duplicates: number;
  /** Other content under an id that came before; the service sends it to dead letters. */
  contradictions: number;
  /** Documents about at least one watch. */
  matched: number;
  /** Sentiments of a document about a watch. */
  pairs: number;
  /** Milliseconds since 1970 of the first and the last publication. */
  from: number;
  to: number;
}

/** A back-test in figures. */
export interface BacktestSummary {
  readonly modelVersion: string;
  readonly documents: number;
  readonly duplicates: number;
  readonly contradictions: number;
  readonly matched: number;
  readonly pairs: number;
  readonly from: string;
  readonly to: string;
  /** Event time in days. */
  readonly days: number;
  readonly seconds: number;
  readonly documentsPerSecond: number;
  readonly opened: number;
  readonly escalated: number;
  readonly resolved: number;
  /** Alerts still open at the end. */
  readonly open: number;
  readonly alertsPerDay: number;
  /** Event minutes from the start of the window to the alert; null where none opened. */
  readonly delayMinutes: { readonly mean: number; readonly median: number } | null;
}

const DAY = 86_400_000;

/** Sums a back-test up. */
export function summarise({
  counts,
  alerts,
  seconds,
  modelVersion,
}: {
  counts: ReplayCounts;
  alerts: readonly BacktestAlert[];
  seconds: number;
  modelVersion: string;
}): BacktestSummary {
  const { documents, duplicates, contradictions, matched, pairs, from, to } = counts;
  const changes = (change: BacktestAlert['alert']['change']): number => alerts.filter(({ alert }) => alert.change === change).length;
  const opened = changes('opened');
  const resolved = changes('resolved');
  // Less than a day of documents says nothing of a longer time than it covers, so it counts as one.
  const days = (to - from) / DAY;
  return {
    modelVersion,
    documents,
    duplicates,
    contradictions,
    matched,
    pairs,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    days,
    seconds,
    documentsPerSecond: documents / seconds,
    opened,
    escalated: changes('escalated'),
    resolved,
    open: opened - resolved,
    alertsPerDay: opened / Math.max(1, days),
    delayMinutes: delayOf(alerts.flatMap(({ delayMinutes }) => delayMinutes ?? [])),
  };
}

function delayOf(delays: number[]): BacktestSummary['delayMinutes'] {
  if (delays.length === 0) return null;
  const sorted = delays.sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { mean: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length, median };
}
