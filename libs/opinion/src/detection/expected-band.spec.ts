import type { AlertRules } from '@attune/contracts';
import { expectedBand, poisson, seededRandom, type CountedWindow, type ExpectedWindow } from '..';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 15 * MINUTE;
const START = Date.UTC(2026, 2, 2);
const RULES: AlertRules = {
  windowMinutes: 15,
  hopMinutes: 15,
  sensitivity: 0.5,
  minimumStories: 3,
  minimumNegativeShare: 0.3,
  coolDownMinutes: 60,
};

/** Two weeks in which three stories an hour are negative at night, and twelve by day. */
function ordinary(): CountedWindow[] {
  const random = seededRandom(7);
  return Array.from({ length: (14 * 24 * HOUR) / STEP }, (_, index) => {
    const start = START + index * STEP;
    const hour = (start / HOUR) % 24;
    return { start, stories: { negative: poisson(random, hour >= 8 && hour < 20 ? 3 : 0.75), neutral: poisson(random, 2), positive: 0 } };
  });
}

const meanOf = (band: readonly (ExpectedWindow | undefined)[], hours: (hour: number) => boolean): number => {
  const chosen = band.flatMap((window, index) =>
    window !== undefined && index >= 10 * 96 && hours((index / 4) % 24) ? [window.negativeStories] : [],
  );
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
};

describe('expectedBand', () => {
  const windows = ordinary();
  let band: (ExpectedWindow | undefined)[];
  beforeAll(async () => {
    band = await expectedBand(windows, { step: STEP, from: START, rules: RULES });
  });

  it('tells nothing before the past suffices, and then of every window', () => {
    expect(band).toHaveLength(windows.length);
    expect(band[0]).toBeUndefined();
    expect(band.slice(7 * 96).every((window) => window !== undefined)).toBe(true);
  });

  it('follows the hours of the day', () => {
    expect(meanOf(band, (hour) => hour >= 10 && hour < 18)).toBeGreaterThan(2);
    expect(meanOf(band, (hour) => hour < 6)).toBeLessThan(1.5);
  });

  it('holds nearly all that is ordinary, and nothing that an alert opens for', () => {
    const settled = windows.flatMap(({ stories }, index) => {
      const expected = band[index];
      return expected === undefined ? [] : [{ count: stories.negative, ...expected }];
    });
    const outside = settled.filter(({ count, alertFrom }) => count >= alertFrom);
    expect(outside.length / settled.length).toBeLessThan(0.01);
    for (const { alertFrom, negativeStories } of settled) expect(alertFrom).toBeGreaterThanOrEqual(Math.max(3, negativeStories));
  });

  it('follows the rules of the watch', async () => {
    const alertsFrom = async (rules: Partial<AlertRules>): Promise<number> => {
      const [window] = await expectedBand(windows, { step: STEP, from: windows[windows.length - 1].start, rules: { ...RULES, ...rules } });
      if (window === undefined) throw new Error('the past does not suffice');
      return window.alertFrom;
    };
    expect(await alertsFrom({ minimumStories: 40 })).toBe(40);
    const ordinaryWatch = await alertsFrom({ sensitivity: 0.5 });
    expect(await alertsFrom({ sensitivity: 1 })).toBeLessThan(ordinaryWatch);
    expect(await alertsFrom({ sensitivity: 0 })).toBeGreaterThan(ordinaryWatch);
  });

  it('tells of the windows that were asked for what it tells of all', async () => {
    const from = START + 10 * 24 * HOUR;
    expect(await expectedBand(windows, { step: STEP, from, rules: RULES })).toEqual(band.slice(10 * 96));
  });
});
