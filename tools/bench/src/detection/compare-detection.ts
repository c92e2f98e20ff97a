import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import {
  createDetector,
  scoreSeries,
  SeasonalCounts,
  SEASONAL_COUNTS_PARAMETERS,
  SURGE_SCORE,
  type CountWindow,
  type SurgeDetector,
} from '@attune/opinion';
import { z } from 'zod';
import type { Result } from '../write-result';
import { judgeDetections, nabScore, type LabelledSeries, type SeriesResult } from './nab-score';

interface Series extends LabelledSeries {
  values: CountWindow[];
}

export interface DetectionComparisonOptions {
  /** Folder with windows.json and the series that it names. */
  nab: string;
  onRun: (what: string) => void;
  command: string;
}

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
const STEP = 300_000;

/** Choices among which parameters are made without the series that is then scored. */
const HALF_LIVES = [1, 2, 4].map((weeks) => weeks * WEEK);
const SPANS = [
  [1, 4],
  [2, 8],
  [0.5, 2, 8],
].map((hours) => hours.map((each) => each * HOUR));

const windowsSchema = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

/** Scores the detectors on the series of tweet volumes of the Numenta Anomaly Benchmark. */
export async function compareDetection({ nab, onRun, command }: DetectionComparisonOptions): Promise<Result> {
  const all = await readBenchmark(nab);
  const served = run(all, () => createDetector('seasonal-counts', { step: STEP }));
  onRun('the detector that serves is scored');
  const baseline = run(all, () => createDetector('windowed-gaussian', { step: STEP }));
  const choices = HALF_LIVES.flatMap((halfLife) => SPANS.map((spans) => ({ halfLife, spans }))).map((choice) => {
    onRun(`half-life ${choice.halfLife / WEEK} weeks, spans ${choice.spans.map((span) => span / HOUR).join(' and ')} hours`);
    const parameters = {
      ...SEASONAL_COUNTS_PARAMETERS,
      levelHalfLife: choice.halfLife,
      dispersionHalfLife: choice.halfLife,
      spans: choice.spans,
    };
    return run(all, () => new SeasonalCounts({ step: STEP }, parameters));
  });
  const heldOut = all.map((_, index) => {
    const without = (results: SeriesResult[]): number => nabScore(results.filter((_result, other) => other !== index));
    return choices.reduce((best, choice) => (without(choice) > without(best) ? choice : best))[index];
  });
  const choiceScores = choices.map(nabScore);
  return {
    name: 'detection',
    title: 'Surge detection on the tweet volumes of the Numenta Anomaly Benchmark',
    command,
    summary:
      'Score of the standard profile, 0 for a detector that finds nothing and 100 for a perfect one. A score of 0.5 or more is a detection; one set of parameters for all files, the one that serves; a value is scored by those before it alone.',
    columns: ['', 'served', 'windows found', 'false detections', 'chosen without the file', 'windowed-gaussian'],
    rows: [
      ...all.map(({ name }, index) => row(name.replace(/\.csv$/, ''), [served[index]], [heldOut[index]], [baseline[index]])),
      row('all', served, heldOut, baseline),
    ],
    notes: [
      `"Chosen without the file": the half-life of level and dispersion (1, 2 or 4 weeks) and the longer spans (1 and 4, 2 and 8, or 0.5, 2 and 8 hours) that score best on the other four. Over these ${choices.length} choices the score of all files lies between ${Math.min(...choiceScores).toFixed(1)} and ${Math.max(...choiceScores).toFixed(1)}.`,
      'Not chosen this way, but seen with all five files while the detector was built: its form, and the weights of its other assumptions (tail, season, cap). The span of half an hour was chosen by the simulation of surges.md: it halves the delay of alerts on busy watches. The false-alarm rate of one in four weeks is a promise to the user.',
      'Published scores, each detector at its best threshold: ARTime 88.1, randomCutForest 79.5, contextOSE 76.0, numenta 67.4, windowedGaussian 64.8. The baseline here is at the 0.5 of its false-alarm rate.',
    ],
  };
}

function row(name: string, served: SeriesResult[], heldOut: SeriesResult[], baseline: SeriesResult[]): string[] {
  const total = (part: 'found' | 'windows' | 'falseDetections'): number => served.reduce((sum, result) => sum + result[part], 0);
  return [
    name,
    nabScore(served).toFixed(1),
    `${total('found')} of ${total('windows')}`,
    String(total('falseDetections')),
    nabScore(heldOut).toFixed(1),
    nabScore(baseline).toFixed(1),
  ];
}

function run<State>(all: readonly Series[], create: () => SurgeDetector<State>): SeriesResult[] {
  return all.map((series) => {
    const scored = [...scoreSeries(create(), series.values, { step: STEP })];
    return judgeDetections(
      series,
      scored.flatMap(({ score }, index) => (score >= SURGE_SCORE ? [index] : [])),
    );
  });
}

async function readBenchmark(folder: string): Promise<Series[]> {
  const windows = windowsSchema.parse(JSON.parse(await readFile(join(folder, 'windows.json'), 'utf8')));
  return Promise.all(
    Object.entries(windows).map(async ([name, spans]) => {
      const values = (await readFile(join(folder, name), 'utf8')).trim().split(/\r?\n/).slice(1).map(parseRow);
      const positionOf = (time: string): number => {
        const position = values.findIndex(({ start }) => start === parseTime(time));
        if (position >= 0) return position;
        throw new AttuneError('bad-data', `${name} has no value at ${time}, where windows.json begins or ends a window.`);
      };
      return { name, length: values.length, values, windows: spans.map(([first, last]) => [positionOf(first), positionOf(last)] as const) };
    }),
  );
}

function parseRow(line: string): CountWindow {
  const [time, value] = line.split(',');
  return { start: parseTime(time), count: Number(value) };
}

/** Times without a zone, of which whole seconds matter. */
function parseTime(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}
