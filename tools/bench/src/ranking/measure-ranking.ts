import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { attuneCommand, lastJsonLine } from '../attune-command';
import { runMeasured } from '../measured-process';
import { mean } from '../statistics';
import type { Result } from '../write-result';
import { prepareMovieLens, type RankingFiles } from './movielens';

export interface RankingMeasurementOptions {
  /** Folder with ratings.csv, movies.csv and tags.csv. */
  movielens: string;
  /** For rows and models. */
  work: string;
  encoder: string;
  seeds: readonly number[];
  /** Text towers that are compared. */
  towers: readonly Tower[];
  /** The command, for the page. */
  command: string;
  onRun: (what: string) => void;
}

export const TOWERS = ['fine-tuned', 'frozen', 'none'] as const;
export type Tower = (typeof TOWERS)[number];

const segment = z.looseObject({ users: z.number(), ndcgAt10: z.number(), recallAt20: z.number() });
const metrics = segment.extend({
  coverageAt10: z.number(),
  coverageOfSeenAt10: z.number(),
  unseenRecallAt20: z.number(),
  segments: z.object({ unseenItems: segment }),
});
const reportSchema = metrics.extend({ items: z.number(), baselines: z.record(z.string(), metrics) });
type Metrics = z.infer<typeof metrics>;
const trainedSchema = z.object({ validation: metrics, calibrationError: z.number(), seconds: z.number() });

interface Run {
  tower: Tower;
  seed: number;
  report: z.infer<typeof reportSchema>;
  trained: z.infer<typeof trainedSchema>;
  /** Largest memory of training, in bytes. */
  memory: number;
  wallSeconds: number;
}

/** Trains and judges rankings on MovieLens by the command line, with each text tower and seed. */
export async function measureRanking(options: RankingMeasurementOptions): Promise<Result> {
  const files = await prepareMovieLens(options.movielens, options.work);
  const runs: Run[] = [];
  for (const tower of options.towers) for (const seed of options.seeds) runs.push(await measure(options, files, tower, seed));
  return resultOf(runs, options);
}

async function measure({ work, encoder, onRun }: RankingMeasurementOptions, files: RankingFiles, tower: Tower, seed: number): Promise<Run> {
  onRun(`text tower ${tower}, seed ${seed}`);
  const config = join(work, `${tower}.yaml`);
  await writeFile(config, `task: ranking\ntext: {tower: ${tower}}\n`);
  const out = join(work, `head-${tower}-${seed}`);
  const train = attuneCommand(
    ...['train', '--task', 'ranking', '--events', files.train, '--items', files.items, '-c', config],
    ...['--encoder', encoder, '--seed', String(seed), '--out', out, '--json'],
  );
  const trained = await runMeasured('attune train', train.command, train.args);
  const evaluate = attuneCommand('evaluate', '--model', out, '--events', files.test, '--json');
  const evaluated = await runMeasured('attune evaluate', evaluate.command, evaluate.args);
  return {
    tower,
    seed,
    report: reportSchema.parse(lastJsonLine(evaluated.stdout)),
    trained: trainedSchema.parse(lastJsonLine(trained.stdout)),
    memory: trained.peakMemory ?? NaN,
    wallSeconds: trained.wallSeconds,
  };
}

const BASELINES = { popular: 'popular', recent: 'recent', random: 'random', nearestTexts: 'nearest texts, encoder as it is' };

function resultOf(runs: readonly Run[], { command, seeds, towers }: RankingMeasurementOptions): Result {
  const of = (tower: Tower): Run[] => runs.filter((run) => run.tower === tower);
  const baseline = of('frozen').at(0) ?? runs[0];
  const spread = (tower: Tower): string =>
    of(tower)
      .map(({ report }) => `${report.ndcgAt10.toFixed(4)} and ${report.recallAt20.toFixed(4)}`)
      .join('; ');
  const megabytes = Math.max(...runs.map(({ memory }) => memory)) / 1e6;
  return {
    name: 'ranking',
    title: 'Ranking films of MovieLens latest-small',
    command,
    summary:
      `Ratings of 4 and more; of users with five or more the latest fifth is the test (${baseline.report.users} users). The whole catalogue of ` +
      `${baseline.report.items} films is ranked, those without a training event included, what the user had before left out. Means of ${seeds.length} seeds.`,
    columns: ['way', 'NDCG@10', 'recall@20', 'coverage@10', 'coverage@10 of seen', 'NDCG@10 among unseen', 'recall@20 of unseen'],
    rows: [
      ...towers.map((tower) =>
        row(
          `text tower ${tower}`,
          of(tower).map(({ report }) => report),
        ),
      ),
      ...Object.entries(BASELINES).map(([key, name]) => row(name, [baseline.report.baselines[key]])),
    ],
    notes: [
      ...towers.map((tower) => `Text tower ${tower}, NDCG@10 and recall@20 by seed: ${spread(tower)}.`),
      `From file to exported head: ${towers.map((tower) => `${tower} ${mean(of(tower).map(({ wallSeconds }) => wallSeconds)).toFixed(0)} s`).join(', ')}; largest memory ${megabytes.toFixed(0)} MB.`,
      `Error of the calibrated probabilities on later events set aside from training: ${towers.map((tower) => `${tower} ${mean(of(tower).map(({ trained }) => trained.calibrationError)).toFixed(5)}`).join(', ')}.`,
      'Coverage counts the films in anybody’s first ten among the whole catalogue, or among those with a training event, as other systems on this split count it.',
      'Among unseen: films without a training event ranked among themselves, for the users who took one.',
    ],
  };
}

function row(name: string, reports: readonly Metrics[]): string[] {
  const figure = (read: (report: Metrics) => number): string => mean(reports.map(read)).toFixed(4);
  return [
    name,
    figure(({ ndcgAt10 }) => ndcgAt10),
    figure(({ recallAt20 }) => recallAt20),
    figure(({ coverageAt10 }) => coverageAt10),
    figure(({ coverageOfSeenAt10 }) => coverageOfSeenAt10),
    figure(({ segments }) => segments.unseenItems.ndcgAt10),
    figure(({ unseenRecallAt20 }) => unseenRecallAt20),
  ];
}
