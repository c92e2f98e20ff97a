import { ALERT_SEVERITIES, type AlertRules, type AlertSeverity } from '@attune/contracts';
import { totalOf, type CountBucket } from '../windows/minute-bucket';
import type { Judgement } from './surge-detector';

/** How much more than expected there must be: a small rise of a large count is certain, but no surge. */
const LEAST_RATIO = { warning: 1.5, high: 3, critical: 6 } as const;
/** Multiples of the surprise at which an alert opens. */
const LEAST_SURPRISE = { warning: 1, high: 1.5, critical: 2 } as const;
/** Below this share of the surprise at which alerts open, a window is calm. */
const CALM = 0.6;

/** A window of a watch with what the detector says of it. */
export interface JudgedWindow {
  start: number;
  end: number;
  counts: CountBucket;
  judgement: Judgement;
}

/**
 * How bad a window is by the rules of its watch, or undefined where it is nothing to tell of.
 *
 * Sensitivity 0 asks for the square root of 2 times the default's surprise and 1 for so much less: with windows of
 * five minutes, noise would open an alert about once in four weeks at 0.5, in some years at 0 and in two days at 1.
 */
export function severityOf(judged: JudgedWindow, rules: AlertRules): AlertSeverity | undefined {
  const { counts, judgement } = judged;
  if (!judgement.ready || counts.stories.negative === 0) return undefined;
  if (storiesOf(judged) < rules.minimumStories || negativeShare(counts) < rules.minimumNegativeShare) return undefined;
  const surprise = relativeSurprise(judgement, rules);
  const ratio = ratioOf(judgement);
  return ALERT_SEVERITIES.findLast((severity) => surprise >= LEAST_SURPRISE[severity] && ratio >= LEAST_RATIO[severity]);
}

/**
 * Whether nothing in a window would keep an alert open.
 *
 * @param isSlow whether the alert is of stories that come more slowly than a window shows, so that each one counts
 */
export function isCalm({ counts, judgement }: JudgedWindow, rules: AlertRules, isSlow: boolean): boolean {
  const { observed, expected } = judgement;
  return (
    (!isSlow && counts.stories.negative < rules.minimumStories) ||
    relativeSurprise(judgement, rules) < CALM ||
    observed < LEAST_RATIO.warning * expected ||
    observed === 0
  );
}

/** Negative stories in the window, or in the longer span that surprises most. */
function storiesOf({ counts, judgement }: JudgedWindow): number {
  return Math.max(counts.stories.negative, judgement.over?.observed ?? 0);
}

/** Share of the stories that are negative; 0 where there are none. */
export function negativeShare({ stories }: CountBucket): number {
  const total = totalOf(stories);
  return total <= 0 ? 0 : Math.min(1, Math.max(0, stories.negative / total));
}

/** How many times what was expected there is, in the window or in the span that surprises most. */
export function ratioOf({ observed, expected, over }: Judgement): number {
  const inWindow = observed / Math.max(expected, Number.MIN_VALUE);
  return over === undefined ? inWindow : Math.max(inWindow, over.observed / Math.max(over.expected, Number.MIN_VALUE));
}

/** Surprise as a multiple of the one at which an alert opens. */
function relativeSurprise({ score }: Judgement, { sensitivity }: AlertRules): number {
  return -Math.log2(1 - score) / 2 ** (0.5 - sensitivity);
}
