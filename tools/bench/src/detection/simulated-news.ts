import { negativeBinomial, type Mention } from '@attune/opinion';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 5 * MINUTE;

/** How news about a watch comes in. */
export interface NewsRate {
  /** Negative stories a day, on average over the week. */
  readonly perDay: number;
  /** Variance of a five-minute count is mean + dispersion × mean². */
  readonly dispersion: number;
  /** Standard deviation of the logarithm of the rate, which wanders with a correlation time of two hours; 0 for a rate that only follows the hour. */
  readonly wandering: number;
}

/** A surge: so many times the usual number of negative stories from a time on, for so long. */
export interface Surge {
  readonly from: number;
  readonly hours: number;
  readonly factor: number;
}

/** Stories of other classes for each negative one. */
const OTHERS = 2;
const CORRELATION_STEPS = 24;

/**
 * Stories about a watch, in the order of time: negative binomial counts around a rate that has a season, most at three in the afternoon, a
 * seventh of that twelve hours later, and half as many at weekends.
 */
export function* simulatedNews(random: () => number, rate: NewsRate, from: number, to: number, surge?: Surge): Generator<Mention> {
  const memory = Math.exp(-1 / CORRELATION_STEPS);
  let wander = 0;
  let count = 0;
  for (let at = from; at < to; at += STEP) {
    wander = memory * wander + rate.wandering * Math.sqrt(1 - memory * memory) * normal(random);
    const mean = (rate.perDay / (DAY / STEP)) * season(at) * Math.exp(wander - rate.wandering ** 2 / 2);
    const factor = surge !== undefined && at >= surge.from && at < surge.from + surge.hours * HOUR ? surge.factor : 1;
    const draw = (expected: number): number => negativeBinomial(random, expected, rate.dispersion);
    const stories = [
      ...Array.from({ length: draw(mean * factor) }, () => 'negative' as const),
      ...Array.from({ length: draw(mean * OTHERS) }, () => 'neutral' as const),
    ].map((label) => ({ label, publishedAt: at + Math.floor(random() * STEP) }));
    for (const { label, publishedAt } of stories.sort((one, other) => one.publishedAt - other.publishedAt)) {
      const documentId = `${at}-${count++}`;
      const deltas = [{ at: publishedAt, label, delta: 1 as const }];
      const score = label === 'negative' ? -0.8 : 0;
      yield { documentId, source: 'simulated', publishedAt, receivedAt: publishedAt, label, score, storyId: documentId, deltas };
    }
  }
}

/** Mean 1 over the week. */
function season(at: number): number {
  const hour = (at % DAY) / HOUR;
  const isWeekend = [0, 6].includes(new Date(at).getUTCDay());
  // exp(cos) has the mean I₀(1) = 1.266, and five days of 7/6 and two of 7/12 the mean 1.
  return (Math.exp(Math.cos(((hour - 15) * Math.PI) / 12)) / 1.2661) * (7 / (isWeekend ? 12 : 6));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
