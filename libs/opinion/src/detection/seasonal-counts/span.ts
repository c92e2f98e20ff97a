import { z } from 'zod';
import { logTail } from '../negative-binomial';
import type { SeasonalCountsParameters } from './parameters';

/** What is known of sums over a span of time. */
export const spanSchema = z.object({
  /** Counts before now, fading with their age, and what was expected of them. */
  count: z.number(),
  expected: z.number(),
  /** Squared deviations beyond Poisson's, and the squared expectations that they are held against. */
  excess: z.number(),
  evidence: z.number(),
  /** Windows, those of them in the tail, and their summed ln(surprise / tailFrom). */
  windows: z.number(),
  inTail: z.number(),
  tailSum: z.number(),
  /** Windows since the newest in the tail. */
  sinceTail: z.number(),
});
export type Span = z.infer<typeof spanSchema>;

/** A window's sum over a span, and how surprising it is. */
export interface Assessment {
  count: number;
  expected: number;
  dispersion: number;
  /** Negative decimal logarithm of the negative binomial's tail. */
  surprise: number;
  /** The same after what the tail has learnt: where surges are frequent they surprise less. */
  calibrated: number;
}

interface Fading {
  dispersion: number;
  tail: number;
}

/**
 * Sums of counts over a span, the present one and exponentially fewer of those before it: a short surge stands out in
 * a short span, a long and lower one in a long span.
 *
 * Their noise is negative binomial with a dispersion learnt by moments (Lawless 1987). Real counts surge more often
 * than that; beyond `tailFrom` the surprise therefore follows a Pareto distribution whose rate and shape are learnt by
 * Hill's estimator (Hill 1975; peaks over a threshold in streams: Siffer et al. 2017), so that `calibrated` stays an
 * honest probability for a watch that surges often.
 */
export class SpanModel {
  /** Windows apart that are nearly independent of each other. */
  readonly apart: number;
  private readonly memory: number;
  private readonly fading: Fading;

  /** @param length in milliseconds; 0 for the window alone */
  constructor(
    readonly length: number,
    private readonly step: number,
    private readonly parameters: SeasonalCountsParameters,
  ) {
    this.apart = Math.max(1, (parameters.independent * length) / step);
    this.memory = length === 0 ? 0 : Math.exp(-step / length);
    const fading = (halfLife: number): number => 0.5 ** (step / halfLife);
    this.fading = { dispersion: fading(parameters.dispersionHalfLife), tail: fading(parameters.tailHalfLife) };
  }

  initial(): Span {
    return { count: 0, expected: 0, excess: 0, evidence: 0, windows: 0, inTail: 0, tailSum: 0, sinceTail: this.parameters.tailRun };
  }

  /**
   * @param steps windows from the one learnt last to this one
   * @param uncertainty squared relative error of the expectation
   */
  assess(span: Span, count: number, expected: number, steps: number, uncertainty: number): Assessment {
    const memory = this.memory === 0 ? 0 : this.memory ** steps;
    const sum = span.count * memory + count;
    const sumExpected = span.expected * memory + expected;
    const dispersion = this.dispersion(span) + uncertainty;
    const surprise = -logTail(sum, sumExpected, dispersion);
    return { count: sum, expected: sumExpected, dispersion, surprise, calibrated: this.calibrate(span, surprise) };
  }

  /** The span after a window; before it has settled only the tail's count of windows goes on. */
  learn(span: Span, assessed: Assessment, settled: boolean): Span {
    if (!settled) return span;
    const { cap, tailFrom, tailCap, tailRun } = this.parameters;
    const { count, expected, dispersion, surprise } = assessed;
    const deviation = Math.min(count - expected, cap * Math.sqrt(expected + dispersion * expected * expected));
    const weight = 1 / (1 + expected) ** 2;
    const { dispersion: fade, tail } = this.fading;
    const inTail = surprise > tailFrom;
    // Windows of one surge are not so many surges.
    const told = inTail ? Math.min(1, (span.sinceTail + 1) / tailRun) : 1;
    return {
      count,
      expected,
      excess: Math.max(0, span.excess * fade + weight * (deviation * deviation - expected)),
      evidence: span.evidence * fade + weight * expected * expected,
      sinceTail: inTail ? 0 : Math.min(span.sinceTail + 1, tailRun),
      windows: span.windows * tail + told,
      inTail: span.inTail * tail + (inTail ? told : 0),
      tailSum: span.tailSum * tail + (inTail ? told * Math.min(Math.log(surprise / tailFrom), tailCap) : 0),
    };
  }

  /**
   * Surprise at a span as that at a window: what happens once in so many spans by chance happens once in more windows,
   * because there are more of them. For what is no surprise the difference fades out.
   */
  inWindows(surprise: number): number {
    return surprise + Math.log10(this.apart) * Math.min(1, surprise / this.parameters.tailFrom);
  }

  private dispersion({ excess, evidence }: Span): number {
    const { dispersion, dispersionEvidence, leastDispersion, settling } = this.parameters;
    const assumed = Math.max(settling, dispersionEvidence / this.step);
    return Math.max(leastDispersion, (excess + dispersion * assumed) / (evidence + assumed));
  }

  private calibrate({ windows, inTail, tailSum }: Span, surprise: number): number {
    const { tailFrom, tailShape, tailEvidence } = this.parameters;
    if (surprise <= tailFrom) return surprise;
    const assumed = tailEvidence * this.apart;
    const shape = (tailSum + assumed * tailShape) / (inTail + assumed);
    const rate = (inTail + assumed) / (windows + assumed * 10 ** tailFrom);
    return Math.max(0, Math.min(surprise, Math.log10(surprise / tailFrom) / shape - Math.log10(rate)));
  }
}
