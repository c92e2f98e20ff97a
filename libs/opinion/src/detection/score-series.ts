import type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from './surge-detector';

/** What a series' window got. */
export interface ScoredWindow {
  window: CountWindow;
  judgement: Judgement;
  /** 0 to 1; 0.5 or more where a surge begins. */
  score: number;
}

/** The score from which on a window belongs to a surge. */
export const SURGE_SCORE = 0.5;

const HALF_A_DAY = 12 * 3_600_000;
const QUIET_WINDOWS = 2;
/** What is left of a score within a surge that was told already. */
const BELOW = 0.49;

/**
 * Scores a series as it comes: each window by those before it alone, and then learns it. One surge is told once: until
 * no window has reached 0.5 for half a day (two windows, where those are longer), what follows keeps less than half
 * its score.
 */
export class SeriesScorer<State> {
  private readonly quiet: number;
  private state: State;
  private lastSurge = -Infinity;

  constructor(
    private readonly detector: SurgeDetector<State>,
    { step }: DetectorOptions,
  ) {
    this.quiet = Math.max(HALF_A_DAY, QUIET_WINDOWS * step);
    this.state = detector.initial();
  }

  /** Scores the next window. */
  take(window: CountWindow): ScoredWindow {
    const judgement = this.detector.judge(this.state, window);
    const goesOn = window.start - this.lastSurge <= this.quiet;
    if (judgement.score >= SURGE_SCORE) this.lastSurge = window.start;
    this.state = this.detector.learn(this.state, window);
    return { window, judgement, score: goesOn ? BELOW * judgement.score : judgement.score };
  }
}

/** Scores a series that is there as a {@link SeriesScorer} would score it window by window. */
export function* scoreSeries<State>(
  detector: SurgeDetector<State>,
  windows: Iterable<CountWindow>,
  options: DetectorOptions,
): Generator<ScoredWindow> {
  const scorer = new SeriesScorer(detector, options);
  for (const window of windows) yield scorer.take(window);
}
