import { z } from 'zod';
import { alarmLevel, scoreOf } from '../alarm-level';
import type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from '../surge-detector';
import { PARAMETERS, type SeasonalCountsParameters } from './parameters';
import { SeasonModel, seasonSchema } from './season';
import { SpanModel, spanSchema, type Assessment } from './span';

const stateSchema = z.object({
  windows: z.number().int(),
  /** Start of the first window and of the newest. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** Counts, with surges cut off, and what the season makes of as many windows; both fading. Their ratio is the level. */
  counted: z.number(),
  seasons: z.number(),
  season: seasonSchema,
  spans: z.array(spanSchema),
});
export type SeasonalCountsState = z.infer<typeof stateSchema>;

interface Outlook {
  level: number;
  expected: number;
  season: number;
  spans: Assessment[];
}

/**
 * The detector that serves. It expects a level, times a season by the hour of the day and the day of the week, with
 * negative binomial noise, and looks for surges over the window itself, half an hour, two hours and eight hours. All of
 * these are learnt from the series; what surged is cut off before it is learnt from.
 *
 * The expectation with a negative binomial around it is that of Farrington's method for outbreaks of disease (Noufaily
 * et al. 2013), here as a stream. How rare a surge is counts in independent spans of its length, so that one false
 * alarm in a given time is promised whatever the length of a window.
 */
export class SeasonalCounts implements SurgeDetector<SeasonalCountsState> {
  readonly name = 'seasonal-counts';
  readonly reach: number;
  readonly stateSchema = stateSchema;
  private readonly step: number;
  private readonly level: number;
  private readonly levelFading: number;
  private readonly season: SeasonModel;
  private readonly spans: readonly SpanModel[];

  constructor(
    options: DetectorOptions,
    private readonly parameters: SeasonalCountsParameters = PARAMETERS,
  ) {
    const { step } = options;
    this.step = step;
    this.level = alarmLevel(options);
    this.levelFading = 0.5 ** (step / parameters.levelHalfLife);
    this.season = new SeasonModel({ step, halfLife: parameters.seasonHalfLife, flatEvidence: parameters.flatSeason });
    this.reach = Math.max(0, ...parameters.spans.filter((span) => span >= 2 * step));
    this.spans = [0, ...parameters.spans.filter((span) => span >= 2 * step)].map((span) => new SpanModel(span, step, parameters));
  }

  initial(): SeasonalCountsState {
    return {
      windows: 0,
      first: null,
      last: null,
      counted: 0,
      seasons: 0,
      season: this.season.initial(),
      spans: this.spans.map((span) => span.initial()),
    };
  }

  judge(state: SeasonalCountsState, window: CountWindow): Judgement {
    const { expected, spans } = this.outlook(state, window);
    const surprises = spans.map(({ calibrated }, index) => this.spans[index].inWindows(calibrated));
    // Each span gets its share of the false alarms.
    const surprise = Math.max(0, Math.max(...surprises) - Math.log10(surprises.length));
    const ready = this.isReady(state, window);
    const most = surprises.indexOf(Math.max(...surprises));
    return {
      score: scoreOf(ready ? surprise : Math.min(surprise, 0.9 * this.level), this.level),
      expected,
      observed: window.count,
      probability: 10 ** -surprise,
      ready,
      ...(most === 0
        ? {}
        : { over: { milliseconds: this.spans[most].length, observed: spans[most].count, expected: spans[most].expected } }),
    };
  }

  learn(state: SeasonalCountsState, window: CountWindow): SeasonalCountsState {
    const { level, expected, season, spans } = this.outlook(state, window);
    const settled = state.windows >= this.parameters.settling;
    const { dispersion } = spans[0];
    const limit = expected + this.parameters.cap * Math.sqrt(expected + dispersion * expected * expected) + 1;
    const count = settled ? Math.min(window.count, limit) : window.count;
    const fading = this.levelFading ** Math.max(1, this.stepsTo(state, window));
    // Over-dispersed counts tell less than as many Poisson ones.
    const weight = 1 / (1 + dispersion * expected);
    return {
      windows: state.windows + 1,
      first: state.first ?? window.start,
      last: window.start,
      counted: state.counted * fading + count,
      seasons: state.seasons * fading + season,
      season: settled ? this.season.learn(state.season, window.start, count, level, weight) : state.season,
      spans: this.spans.map((span, index) => span.learn(state.spans[index], spans[index], settled)),
    };
  }

  settle(state: SeasonalCountsState): SeasonalCountsState {
    return { ...state, spans: state.spans.map((span) => ({ ...span, count: Math.min(span.count, span.expected) })) };
  }

  private outlook(state: SeasonalCountsState, window: CountWindow): Outlook {
    const { nothingKnown } = this.parameters;
    const season = this.season.factor(state.season, window.start);
    const level = (state.counted + nothingKnown) / (state.seasons + nothingKnown);
    const expected = level * season;
    const uncertainty = 1 / (state.counted + nothingKnown);
    const steps = this.stepsTo(state, window);
    const spans = this.spans.map((span, index) => span.assess(state.spans[index], window.count, expected, steps, uncertainty));
    return { level, expected, season, spans };
  }

  private stepsTo({ last }: SeasonalCountsState, { start }: CountWindow): number {
    return last === null ? 1 : Math.max(0, (start - last) / this.step);
  }

  private isReady({ windows, first }: SeasonalCountsState, { start }: CountWindow): boolean {
    const { readyWindows, readyTime } = this.parameters;
    return first !== null && windows >= readyWindows && start - first >= readyTime;
  }
}
