import { z } from 'zod';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOURS = 24;
const WEEKDAYS = 7;

/** Counts of each part of a cycle, and what they would have been without it; both weighted by what they tell, and fading. */
const cycleSchema = z.object({ counted: z.array(z.number()), flat: z.array(z.number()) });
type Cycle = z.infer<typeof cycleSchema>;

export const seasonSchema = z.object({ day: cycleSchema, week: cycleSchema });
export type Season = z.infer<typeof seasonSchema>;

interface SeasonOptions {
  /** Length of a window in milliseconds. */
  step: number;
  halfLife: number;
  /** Evidence, in counts, for a factor of 1. */
  flatEvidence: number;
}

/**
 * How counts follow the hour of the day and the day of the week (UTC): one factor each, drawn towards 1 as the mean of
 * a gamma distribution is until there are counts that say otherwise.
 */
export class SeasonModel {
  private readonly parts: number;
  private readonly fading: { day: number; week: number };

  constructor(private readonly options: SeasonOptions) {
    const { step, halfLife } = options;
    this.parts = Math.max(1, Math.min(HOURS, Math.floor(DAY / step)));
    const windowsADay = Math.max(1, DAY / step);
    // A part fades when it is seen, so that its half-life is one of its own visits.
    const visits = (parts: number, cycle: number): number => ((halfLife / cycle) * windowsADay * (cycle / DAY)) / parts;
    this.fading = { day: 0.5 ** (1 / visits(this.parts, DAY)), week: 0.5 ** (1 / visits(WEEKDAYS, WEEKDAYS * DAY)) };
  }

  initial(): Season {
    const cycle = (parts: number): Cycle => ({ counted: Array<number>(parts).fill(0), flat: Array<number>(parts).fill(0) });
    return { day: cycle(this.parts), week: cycle(WEEKDAYS) };
  }

  /** What the level is multiplied by for the window that starts then. */
  factor(season: Season, start: number): number {
    return this.dayFactor(season, start) * this.weekFactor(season, start);
  }

  /** The season that has learnt a window: its count, the level then, and how much the window's count tells, 0 to 1. */
  learn(season: Season, start: number, count: number, level: number, weight: number): Season {
    const day = this.dayPart(start);
    const week = this.weekPart(start);
    const withoutWeek = level * this.dayFactor(season, start);
    const withoutDay = level * this.weekFactor(season, start);
    return {
      day: visit(season.day, day, this.fading.day, weight * count, weight * withoutDay),
      week: visit(season.week, week, this.fading.week, weight * count, weight * withoutWeek),
    };
  }

  /** Between the middles of two parts of the day the factor goes straight from one to the other. */
  private dayFactor(season: Season, start: number): number {
    const position = this.position(start);
    if (this.options.step >= DAY / this.parts) return this.cycleFactor(season.day, Math.floor(position) % this.parts);
    const before = Math.floor(position - 0.5);
    const share = position - 0.5 - before;
    const at = (part: number): number => this.cycleFactor(season.day, (part + this.parts) % this.parts);
    return (1 - share) * at(before) + share * at(before + 1);
  }

  private weekFactor(season: Season, start: number): number {
    return this.cycleFactor(season.week, this.weekPart(start));
  }

  private cycleFactor(cycle: Cycle, part: number): number {
    const { flatEvidence } = this.options;
    return (cycle.counted[part] + flatEvidence) / (cycle.flat[part] + flatEvidence);
  }

  private dayPart(start: number): number {
    return Math.floor(this.position(start)) % this.parts;
  }

  /** Where a window's middle lies in the day, in parts. */
  private position(start: number): number {
    const middle = start + Math.min(this.options.step, DAY) / 2;
    return ((((middle % DAY) + DAY) % DAY) / DAY) * this.parts;
  }

  private weekPart(start: number): number {
    const day = Math.floor((start + Math.min(this.options.step, DAY) / 2) / DAY);
    return ((day % WEEKDAYS) + WEEKDAYS) % WEEKDAYS;
  }
}

function visit(cycle: Cycle, part: number, fading: number, counted: number, flat: number): Cycle {
  const put = (values: readonly number[], value: number): number[] => values.with(part, values[part] * fading + value);
  return { counted: put(cycle.counted, counted), flat: put(cycle.flat, flat) };
}
