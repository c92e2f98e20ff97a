import { totalOf } from '../windows/minute-bucket';
import type { OpenAlert } from './monitor-state';
import { negativeShare, ratioOf, type JudgedWindow } from './severity';

const MINUTE = 60_000;

/** Why an alert opens or escalates, for people. */
export function surgeReasons({ start, end, counts, judgement }: JudgedWindow): string[] {
  const { observed, expected, probability, over } = judgement;
  const stories = totalOf(counts.stories);
  return [
    `${plural(observed, 'negative story', 'negative stories')} from ${clock(start)} to ${clock(end)} UTC, where ${quantity(expected)} ${expected === 1 ? 'is' : 'are'} expected at this hour.`,
    ...(over === undefined
      ? []
      : [`Over about the last ${duration(over.milliseconds)}: ${quantity(over.observed)} where ${quantity(over.expected)} are expected.`]),
    `${times(ratioOf(judgement))} the usual; by chance so many come in one of ${oneIn(probability)} windows.`,
    `${Math.round(100 * negativeShare(counts))} % of the ${plural(stories, 'story', 'stories')} are negative; ${plural(counts.documents.negative, 'document', 'documents')} told them.`,
  ];
}

/** Why an alert resolves, for people. */
export function calmReasons({ end, judgement }: JudgedWindow, alert: OpenAlert, calm: number): string[] {
  const { observed, expected } = judgement;
  return [
    `No more negative stories than usual for ${duration(calm)} up to ${clock(end)} UTC: ${observed} where ${quantity(expected)} are expected.`,
    `At its height a window held ${alert.peak}.`,
  ];
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

function quantity(count: number): string {
  if (count >= 10) return Math.round(count).toLocaleString('en');
  return count < 0.1 ? 'fewer than 0.1' : count.toFixed(1).replace(/\.0$/, '');
}

function times(ratio: number): string {
  if (ratio > 100) return 'More than 100 times';
  return `${ratio.toFixed(ratio < 10 ? 1 : 0).replace(/\.0$/, '')} times`;
}

function oneIn(probability: number): string {
  const windows = 1 / Math.max(probability, 1e-12);
  if (windows >= 1e9) return 'more than a billion';
  return Number(windows.toPrecision(2)).toLocaleString('en');
}

function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  return minutes >= 120 && minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`;
}
