import { createDetector } from './registry';
import { SeriesScorer } from './score-series';

/** A value of a series and when it was measured. */
export interface Measurement {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

export interface MeasuredSeriesOptions {
  /** Name of the detector. */
  detector: string;
  /** Milliseconds from one value to the next; without it, the median of the first intervals. */
  step?: number;
}

/** Intervals after which the step is taken for known. No detector says anything before. */
const INTERVALS = 12;
/** Values that are no whole numbers are counted in units of so small a part of the usual value that their noise alone matters. */
const UNITS_OF_USUAL = 100;

/** Scores a series of which nothing is known beforehand, value by value: neither its step nor whether it counts anything. */
export class MeasuredSeries {
  private readonly first: Measurement[] = [];
  private scorer: SeriesScorer<unknown> | undefined;
  private unit = 1;

  constructor(private readonly options: MeasuredSeriesOptions) {}

  /**
   * The score of the next value, 0 to 1, by the values before it alone; 0.5 or more where a surge begins.
   *
   * @throws AttuneError `wrong-use` for a detector that there is not
   */
  score(measurement: Measurement): number {
    this.scorer ??= this.start();
    if (this.scorer !== undefined) return this.take(this.scorer, measurement);
    this.first.push(measurement);
    return 0;
  }

  private take(scorer: SeriesScorer<unknown>, { at, value }: Measurement): number {
    return scorer.take({ start: at, count: value / this.unit }).score;
  }

  /** Learns the first values once they tell enough of the series. */
  private start(): SeriesScorer<unknown> | undefined {
    const intervals = this.first.slice(1).map(({ at }, index) => at - this.first[index].at);
    const forward = intervals.filter((interval) => interval > 0);
    if (forward.length < INTERVALS) return undefined;
    const step = this.options.step ?? medianOf(forward);
    const values = this.first.map(({ value }) => Math.abs(value));
    this.unit = values.every((value) => Number.isInteger(value)) ? 1 : medianOf(values) / UNITS_OF_USUAL || 1;
    const scorer = new SeriesScorer(createDetector(this.options.detector, { step }), { step });
    for (const measurement of this.first) this.take(scorer, measurement);
    return scorer;
  }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
