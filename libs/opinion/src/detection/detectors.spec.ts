import fc from 'fast-check';
import { createDetector, detectorNames } from './registry';
import { scoreSeries } from './score-series';
import type { CountWindow } from './surge-detector';
import { negativeBinomial, poisson, seededRandom } from './simulation/noise';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2024, 0, 1);

function series(counts: readonly number[], step: number): CountWindow[] {
  return counts.map((count, index) => ({ start: MONDAY + index * step, count }));
}

function noise(length: number, mean: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, () => negativeBinomial(random, mean, 0.2));
}

function scores(name: string, windows: readonly CountWindow[], step: number): number[] {
  return [...scoreSeries(createDetector(name, { step }), windows, { step })].map(({ score }) => score);
}

const STEPS: readonly [string, number][] = [
  ['a minute', MINUTE],
  ['five minutes', 5 * MINUTE],
  ['an hour', HOUR],
  ['a day', DAY],
];

describe.each(detectorNames)('%s', (name) => {
  const counts = fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 120 });
  const steps = fc.constantFrom(MINUTE, 5 * MINUTE, HOUR, DAY);

  it('scores the beginning of a series as it scores the same windows within the whole', () => {
    fc.assert(
      fc.property(counts, steps, fc.nat({ max: 120 }), (values, step, length) => {
        const windows = series(values, step);
        expect(scores(name, windows.slice(0, length), step)).toEqual(scores(name, windows, step).slice(0, length));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on from a state that was stored as JSON as if nothing had been', () => {
    fc.assert(
      fc.property(counts, steps, (values, step) => {
        const detector = createDetector(name, { step });
        let kept = detector.initial();
        let stored = detector.initial();
        for (const window of series(values, step)) {
          expect(detector.judge(stored, window)).toEqual(detector.judge(kept, window));
          kept = detector.learn(kept, window);
          stored = detector.stateSchema.parse(JSON.parse(JSON.stringify(detector.learn(stored, window))));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('leaves the state that it is given as it was', () => {
    const detector = createDetector(name, { step: HOUR });
    let state = detector.initial();
    for (const window of series(noise(60, 5, 1), HOUR)) {
      const before = JSON.stringify(state);
      detector.judge(state, window);
      const after = detector.learn(state, window);
      expect(JSON.stringify(state)).toBe(before);
      state = after;
    }
  });

  it('gives scores and probabilities of 0 to 1 for any counts, gaps and repeated times', () => {
    const gaps = fc.array(fc.record({ count: fc.nat({ max: 1_000_000 }), gap: fc.nat({ max: 30 * DAY }) }), { maxLength: 80 });
    fc.assert(
      fc.property(gaps, steps, (values, step) => {
        let start = MONDAY;
        const windows = values.map(({ count, gap }) => ({ start: (start += gap), count }));
        for (const { score, judgement } of scoreSeries(createDetector(name, { step }), windows, { step })) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(judgement.probability).toBeGreaterThanOrEqual(0);
          expect(judgement.probability).toBeLessThanOrEqual(1);
          expect(judgement.expected).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('scores a larger count at least as high, and higher where it is less probable', () => {
    const detector = createDetector(name, { step: 5 * MINUTE });
    let state = detector.initial();
    const past = series(noise(600, 5, 3), 5 * MINUTE);
    for (const window of past) state = detector.learn(state, window);
    const next = MONDAY + past.length * 5 * MINUTE;
    const judged = Array.from({ length: 80 }, (_, count) => detector.judge(state, { start: next, count }));
    for (let count = 1; count < judged.length; count++) {
      expect(judged[count].score).toBeGreaterThanOrEqual(judged[count - 1].score);
      expect(judged[count].probability).toBeLessThanOrEqual(judged[count - 1].probability);
    }
    expect(judged[79].score).toBeGreaterThan(judged[40].score);
  });

  it.each(STEPS)('finds a surge to twenty times the usual in its first window, with windows of %s', (_, step) => {
    const length = Math.max(60, Math.min(2_000, (8 * DAY) / step));
    const values = noise(length, 20, 5);
    const detector = createDetector(name, { step });
    let state = detector.initial();
    for (const window of series(values, step)) state = detector.learn(state, window);
    const surge = detector.judge(state, { start: MONDAY + length * step, count: 400 });
    expect(surge).toMatchObject({ ready: true, observed: 400 });
    expect(surge.score).toBeGreaterThanOrEqual(0.5);
    expect(surge.expected).toBeGreaterThan(14);
    expect(surge.expected).toBeLessThan(26);
  });

  it('says nothing before it is ready, whatever comes', () => {
    const found = scores(name, series([0, 1, 500, 0, 3, 90, 0, 0, 1, 2_000], 5 * MINUTE), 5 * MINUTE);
    expect(Math.max(...found)).toBeLessThan(0.5);
  });

  it('tells a surge once while it goes on', () => {
    const steady = Array.from({ length: 2_000 }, (_, index) => 20 + (index % 7));
    const surge = Array.from({ length: 12 }, () => 600);
    const found = scores(name, series([...steady, ...surge], 5 * MINUTE), 5 * MINUTE);
    expect(found.flatMap((score, index) => (score >= 0.5 ? [index] : []))).toEqual([2_000]);
  });
});

describe('the detector that serves', () => {
  const detections = (counts: readonly number[], step: number): number =>
    scores('seasonal-counts', series(counts, step), step).filter((score) => score >= 0.5).length;
  const WEEKS = 4;

  it.each([
    [0.05, 0],
    [0.5, 0.2],
    [5, 0.2],
    [40, 0.5],
  ])('alarms about once in four weeks at most on noise of mean %d and dispersion %d', (mean, dispersion) => {
    const length = (WEEKS * 7 * DAY) / (5 * MINUTE);
    const found = [1, 2].map((seed) => {
      const random = seededRandom(seed);
      return detections(
        Array.from({ length }, () => (dispersion === 0 ? poisson(random, mean) : negativeBinomial(random, mean, dispersion))),
        5 * MINUTE,
      );
    });
    expect(found.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual((1.5 * found.length * WEEKS) / 4);
  });

  it('learns the hour of the day and the day of the week, and expects by them', () => {
    const busy = (start: number): number => {
      const hour = (start % DAY) / HOUR;
      const weekend = [0, 6].includes(new Date(start).getUTCDay());
      return 20 * Math.exp(Math.cos(((hour - 15) / 12) * Math.PI)) * (weekend ? 0.4 : 1);
    };
    const random = seededRandom(9);
    const detector = createDetector('seasonal-counts', { step: HOUR });
    let state = detector.initial();
    for (let start = MONDAY; start < MONDAY + 42 * DAY; start += HOUR) {
      state = detector.learn(state, { start, count: poisson(random, busy(start)) });
    }
    for (const day of [0, 2, 5]) {
      for (const hour of [3, 9, 15, 21]) {
        const start = MONDAY + (42 + day) * DAY + hour * HOUR;
        const { expected } = detector.judge(state, { start, count: 0 });
        expect(expected / busy(start)).toBeGreaterThan(0.7);
        expect(expected / busy(start)).toBeLessThan(1.4);
      }
    }
  });

  it('does not take an earlier surge for the usual', () => {
    const calm = noise(3_000, 10, 11);
    const surged = calm.map((count, index) => (index >= 2_000 && index < 2_036 ? 300 : count));
    const [without, after] = [calm, surged].map((counts) => {
      const detector = createDetector('seasonal-counts', { step: 5 * MINUTE });
      let state = detector.initial();
      for (const window of series(counts, 5 * MINUTE)) state = detector.learn(state, window);
      return detector.judge(state, { start: MONDAY + 3_000 * 5 * MINUTE, count: 200 });
    });
    expect(after.expected / without.expected).toBeLessThan(1.25);
    expect(after.score).toBeGreaterThanOrEqual(0.5);
  });

  it('finds a rise to twice the usual that lasts for hours, which no single window shows', () => {
    const values = noise(4_032, 10, 12);
    const random = seededRandom(13);
    const risen = Array.from({ length: 144 }, () => negativeBinomial(random, 22, 0.2));
    const found = scores('seasonal-counts', series([...values, ...risen], 5 * MINUTE), 5 * MINUTE);
    expect(found.slice(4_032).some((score) => score >= 0.5)).toBe(true);
  });

  it('knows a watch with hardly any news: one document surprises little, many at once do', () => {
    const detector = createDetector('seasonal-counts', { step: 5 * MINUTE });
    let state = detector.initial();
    for (const window of series(Array<number>(4_000).fill(0), 5 * MINUTE)) state = detector.learn(state, window);
    const judge = (count: number): number => detector.judge(state, { start: MONDAY + 4_000 * 5 * MINUTE, count }).score;
    expect(judge(1)).toBeLessThan(0.5);
    expect(judge(6)).toBeGreaterThan(0.5);
  });
});

describe('createDetector', () => {
  it('names the detectors there are where there is none of that name', () => {
    expect(() => createDetector('oracle', { step: HOUR })).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });

  it.each([0, -1, NaN, Infinity])('refuses windows of %d ms', (step) => {
    expect(() => createDetector('seasonal-counts', { step })).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });
});
