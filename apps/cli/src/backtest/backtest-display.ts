import type { BacktestAlert, BacktestSummary, WatchTally } from '@attune/opinion';
import { alertLine } from '../market/alert-lines';
import { renderTable } from '../report-tables';
import { formatCount, formatDuration, resultColours } from '../terminal';

/** Watches in the table; of more, those with most alerts. */
const SHOWN_WATCHES = 40;

/** A change of an alert when it comes, with its event time. */
export function replayedAlertLine({ at, delayMinutes, alert }: BacktestAlert): string {
  const colours = resultColours();
  const time = `${at.slice(0, 10)} ${at.slice(11, 16)}`;
  const story = alert.change === 'resolved' ? undefined : alert.stories.find(({ title }) => title !== undefined)?.title;
  return [
    `${colours.dim(time)}  ${alertLine(alert)}${delayMinutes === undefined ? '' : `, after ${formatMinutes(delayMinutes)} min`}`,
    ...(story === undefined ? [] : [`${' '.repeat(time.length)}  ${colours.dim(story)}`]),
  ].join('\n');
}

/** What came of each watch; those about which nothing came in are told of in a line. */
export function renderWatches(watches: readonly WatchTally[]): string {
  const told = watches
    .filter(({ documents }) => documents > 0)
    .sort((one, other) => other.alerts - one.alerts || other.documents - one.documents);
  const rows = told
    .slice(0, SHOWN_WATCHES)
    .map(({ watchName, documents, stories, negativeStories, alerts }) => [
      watchName,
      ...[documents, stories, negativeStories, alerts].map(formatCount),
    ]);
  const silent = watches.length - told.length;
  return [
    ...(rows.length === 0 ? [] : [renderTable(['watch', 'documents', 'stories', 'negative', 'alerts'], rows)]),
    ...(told.length > SHOWN_WATCHES ? [`… and ${formatCount(told.length - SHOWN_WATCHES)} watches with fewer alerts`] : []),
    ...(silent > 0 ? [`${formatCount(silent)} ${silent === 1 ? 'watch' : 'watches'} without a document`] : []),
  ].join('\n');
}

/** The figures of a back-test. */
export function renderSummary(summary: BacktestSummary): string {
  const { documents, duplicates, contradictions, matched, pairs, from, to, days, seconds, delayMinutes } = summary;
  const colours = resultColours();
  const left = [
    ...(duplicates > 0 ? [`${formatCount(duplicates)} came again`] : []),
    ...(contradictions > 0 ? [`${formatCount(contradictions)} had other content under a known id and were left out`] : []),
  ];
  const rows = [
    [
      'documents',
      [`${formatCount(documents)}, ${formatCount(matched)} about a watch, ${formatCount(pairs)} sentiments`, ...left].join('; '),
    ],
    ['event time', `${from.slice(0, 16)} to ${to.slice(0, 16)} UTC, ${formatDays(days)}`],
    ['speed', `${formatCount(Math.round(summary.documentsPerSecond))} documents/s, ${formatDuration(seconds)} in all`],
    [
      'alerts',
      `${formatCount(summary.opened)} opened, ${formatCount(summary.escalated)} escalated, ${formatCount(summary.resolved)} resolved, ${formatCount(summary.open)} open at the end; ${summary.alertsPerDay.toFixed(2)} a day`,
    ],
    [
      'delay',
      delayMinutes === null
        ? 'no alert opened'
        : `from the start of the window to the alert ${formatMinutes(delayMinutes.mean)} min on average, ${formatMinutes(delayMinutes.median)} min in the median`,
    ],
    ['model', summary.modelVersion],
  ];
  return rows.map(([name, value]) => `${colours.dim(name.padEnd(10))}  ${value}`).join('\n');
}

function formatMinutes(minutes: number): string {
  return String(Number(minutes.toFixed(1)));
}

function formatDays(days: number): string {
  return days < 2 ? `${(24 * days).toFixed(1)} hours` : `${formatCount(Math.round(days))} days`;
}
