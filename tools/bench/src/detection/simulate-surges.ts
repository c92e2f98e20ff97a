import { alertRulesSchema } from '@attune/contracts';
import { seededRandom, WatchMonitor, type WatchMonitorState } from '@attune/opinion';
import { median } from '../statistics';
import type { Result } from '../write-result';
import { simulatedNews, type NewsRate, type Surge } from './simulated-news';

export interface SurgeSimulationOptions {
  /** Watches of each kind whose noise is looked at. */
  watches: number;
  /** Surges of each kind that are injected. */
  surges: number;
  onRun: (what: string) => void;
  command: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday. */
const START = Date.UTC(2024, 0, 1);
const COLD_WEEKS = 2;
const WEEKS = 8;

const KINDS: readonly { readonly name: string; readonly dispersion: number; readonly wandering: number }[] = [
  { name: 'season', dispersion: 0.5, wandering: 0 },
  { name: 'season and bursts', dispersion: 0.5, wandering: 0.5 },
];
const PER_DAY = [1.5, 6, 30, 150, 600, 3_000];
const SURGES: readonly Pick<Surge, 'factor' | 'hours'>[] = [3, 5, 10].flatMap((factor) => [1, 4].map((hours) => ({ factor, hours })));

const monitor = new WatchMonitor({ id: 'watch', name: 'Watch', rules: alertRulesSchema.parse({}), modelVersion: '1' });

/** How a detector did on noise, and what it knew at the end of it. */
interface NoiseRun {
  readonly cold: number;
  readonly warm: number;
  readonly states: WatchMonitorState[];
}

/** Measures the monitor with its default rules on simulated news: false alarms on noise, recall and delay on surges put into it. */
export function simulateSurges({ watches, surges, onRun, command }: SurgeSimulationOptions): Result {
  const rows = KINDS.flatMap(({ name, dispersion, wandering }) =>
    PER_DAY.map((perDay) => {
      onRun(`${name}, ${perDay} negative stories a day`);
      const rate: NewsRate = { perDay, dispersion, wandering };
      const noise = runNoise(rate, watches);
      return [
        `${name}, ${perDay.toLocaleString('en')} a day`,
        (noise.cold / watches / COLD_WEEKS).toFixed(2),
        (noise.warm / watches / (WEEKS - COLD_WEEKS)).toFixed(2),
        ...SURGES.map((surge, index) => runSurges(rate, surge, noise.states, surges, index)),
      ];
    }),
  );
  return {
    name: 'surges',
    title: 'False alarms, recall and delay on simulated surges',
    command,
    summary:
      'The monitor of one watch with its default rules (windows of 5 minutes, sensitivity 0.5, at least 4 negative stories), on simulated stories. ' +
      `False alarms a week: of ${watches} watches each, in their first ${COLD_WEEKS} weeks and in the ${WEEKS - COLD_WEEKS} after that. ` +
      `Surges: of ${surges} that begin at random hours of the week, the share for which an alert opened while they lasted, and the median minutes until it did.`,
    columns: ['', 'first weeks', 'later', ...SURGES.map(({ factor, hours }) => `${factor} × for ${hours} h`)],
    rows,
    notes: [
      'Counts are negative binomial (dispersion 0.5) around a rate that follows the hour (7 : 1) and the weekday (2 : 1); two other stories come for each negative one. With "bursts" the rate also wanders, with a standard deviation of 0.5 in its logarithm and a correlation time of two hours: it doubles and halves by itself.',
      'Sensitivity 0.5 promises one false alarm in four weeks, 0.25 a week, where counts are as the detector assumes them.',
      'A surge at night or on a Sunday is one of few stories: 5 times 30 a day for an hour are 2 stories at three in the morning.',
    ],
  };
}

function runNoise(rate: NewsRate, watches: number): NoiseRun {
  let [cold, warm] = [0, 0];
  const states: WatchMonitorState[] = [];
  for (let watch = 0; watch < watches; watch++) {
    let state = monitor.initial();
    for (const mention of simulatedNews(seededRandom(watch + 1), rate, START, START + WEEKS * WEEK)) {
      const step = monitor.observe(state, mention);
      state = step.state;
      const opened = step.effects.filter((effect) => effect.kind === 'alert' && effect.alert.change === 'opened').length;
      if (mention.publishedAt < START + COLD_WEEKS * WEEK) cold += opened;
      else warm += opened;
    }
    states.push(state);
  }
  return { cold, warm, states };
}

/** Share of surges found and median delay, as "80 %, 12 min". */
function runSurges(
  rate: NewsRate,
  { factor, hours }: Pick<Surge, 'factor' | 'hours'>,
  states: readonly WatchMonitorState[],
  surges: number,
  kind: number,
): string {
  const delays: number[] = [];
  const start = START + WEEKS * WEEK;
  for (let trial = 0; trial < surges; trial++) {
    const random = seededRandom(10_007 * (kind + 1) + trial);
    const from = start + Math.floor(random() * 7 * 24) * HOUR;
    const before = from - 12 * HOUR;
    let { state } = monitor.advance(states[trial % states.length], before);
    for (const mention of simulatedNews(random, rate, before, from + hours * HOUR, { from, hours, factor })) {
      const step = monitor.observe(state, mention);
      state = step.state;
      const isOpened = step.effects.some((effect) => effect.kind === 'alert' && effect.alert.change === 'opened');
      if (!isOpened || mention.publishedAt < from) continue;
      delays.push((mention.publishedAt - from) / MINUTE);
      break;
    }
  }
  const share = `${Math.round((100 * delays.length) / surges)} %`;
  return delays.length === 0 ? share : `${share}, ${Math.round(median(delays))} min`;
}
