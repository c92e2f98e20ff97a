import type { AlertRules, ClassCounts } from '@attune/contracts';
import { emptyBucket } from '../windows/minute-bucket';
import { createDetector, DEFAULT_DETECTOR } from './registry';
import { severityOf } from './severity';
import type { SurgeDetector } from './surge-detector';

/** What was to be expected of one window by those before it. */
export interface ExpectedWindow {
  /** Negative stories, were nothing unusual going on. */
  readonly negativeStories: number;
  /** The fewest negative stories for which a window of this length would open an alert. */
  readonly alertFrom: number;
}

/** A window's stories. */
export interface CountedWindow {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly stories: ClassCounts;
}

/** What is asked of a band. */
export interface ExpectedBandOptions {
  /** Length of the windows in milliseconds. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly rules: AlertRules;
}

/** Windows that are learnt from between two pauses; one that is told of takes as long as ten of them. */
const STRIDE = 10;

/** Counts that are tried for `alertFrom`; more are never expected to be told of. */
const MOST_STORIES = 1_000_000;

/**
 * What a detector that came along would have expected of each window, having learnt those before it: the band in which
 * counts are ordinary.
 *
 * @param windows closed, without holes, oldest first
 * @param options.from the first window that is told of; those before it are learnt from alone
 * @param pause awaited now and then, so that other work gets its turn
 * @returns one a window that starts at `from` or later; undefined where the past does not suffice to tell yet
 */
export async function expectedBand(
  windows: readonly CountedWindow[],
  { step, from, rules }: ExpectedBandOptions,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<(ExpectedWindow | undefined)[]> {
  const detector = createDetector(DEFAULT_DETECTOR, { step });
  let state = detector.initial();
  const band: (ExpectedWindow | undefined)[] = [];
  for (const [place, { start, stories }] of windows.entries()) {
    const others = Math.max(0, stories.neutral) + Math.max(0, stories.positive);
    const count = Math.max(0, stories.negative);
    const window = { start, count, total: count + others };
    if (start >= from) {
      const { expected, ready } = detector.judge(state, window);
      const before = state;
      const opens = (supposed: number): boolean =>
        opensAlert(detector, before, { start, end: start + step, count: supposed, others }, rules);
      band.push(ready ? { negativeStories: expected, alertFrom: fewest(opens, Math.ceil(expected)) } : undefined);
    }
    state = detector.learn(state, window);
    if (start >= from || place % STRIDE === 0) await pause();
  }
  return band;
}

interface SupposedWindow {
  readonly start: number;
  readonly end: number;
  /** Negative stories. */
  readonly count: number;
  /** Stories that are not negative. */
  readonly others: number;
}

function opensAlert(
  detector: SurgeDetector<unknown>,
  state: unknown,
  { start, end, count, others }: SupposedWindow,
  rules: AlertRules,
): boolean {
  const judgement = detector.judge(state, { start, count, total: count + others });
  const counts = { ...emptyBucket(start), stories: { negative: count, neutral: others, positive: 0 } };
  return severityOf({ start, end, counts, judgement }, rules) !== undefined;
}

/** The least count from `from` on for which a condition holds that, once it holds, holds for all larger ones. */
function fewest(holds: (count: number) => boolean, from: number): number {
  let below = Math.max(0, from);
  if (below > 0 && holds(below)) return below;
  let above = below + 1;
  while (above < MOST_STORIES && !holds(above)) {
    below = above;
    above *= 2;
  }
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2);
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}
