import { readFile, writeFile } from 'node:fs/promises';
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
  /** Of these, for the tower that is fine-tuned: it takes longest. */
  fineTunedSeeds: number;
  /** Text towers that are compared. */
  towers: readonly Tower[];
  /** The command, for the page. */
  command: string;
  onRun: (what: string) => void;
}

export const TOWERS = ['frozen', 'none', 'fine-tuned'] as const;
export type Tower = (typeof TOWERS)[number];

const segment = z.looseObject({ users: z.number(), ndcgAt10: z.number(), recallAt20: z.number() });
const metrics = segment.extend({
  coverageAt10: z.number(),
  coverageOfSeenAt10: z.number(),
  unseenRecallAt20: z.number(),
  segments: z.object({ unseenItems: segment }),
});
const newItemFigures = z.object({
  share: z.number(),
  ndcgAt10: z.number(),
  recallAt20: z.number(),
  unseenRecallAt20: z.number(),
  coverageAt10: z.number(),
  unseenCoverageAt20: z.number(),
});
const reportSchema = metrics.extend({
  items: z.number(),
  baselines: z.record(z.string(), metrics),
  newItems: z.array(newItemFigures),
});
type Metrics = z.infer<typeof metrics>;
const trainedSchema = z.object({
  validation: metrics.extend({ newItems: z.array(newItemFigures) }),
  calibrationError: z.number(),
  seconds: z.number(),
});

const runSchema = z.object({
  tower: z.enum(TOWERS),
  seed: z.number(),
  report: reportSchema,
  trained: trainedSchema,
  memory: z.number().describe('Largest of training, in bytes'),
  processorSeconds: z.number().describe('Of training, on all threads'),
});
type Run = z.infer<typeof runSchema>;

/**
 * Trains and judges rankings on MovieLens by the command line, with each text tower and seed, each in a process of its own. What does not
 * depend on the seed is kept from one to the next, and so is the outcome of each: where it was ended before its time, it goes on.
 */
export async function measureRanking(options: RankingMeasurementOptions): Promise<Result> {
  const files = await prepareMovieLens(options.movielens, options.work);
  const runs: Run[] = [];
  for (const tower of options.towers) {
    const seeds = tower === 'fine-tuned' ? options.seeds.slice(0, options.fineTunedSeeds) : options.seeds;
    for (const seed of seeds) runs.push(await measureOnce(options, files, tower, seed));
  }
  return resultOf(runs, options);
}

async function measureOnce(options: RankingMeasurementOptions, files: RankingFiles, tower: Tower, seed: number): Promise<Run> {
  const file = join(options.work, `run-${tower}-${seed}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return runSchema.parse(JSON.parse(known));
  const run = await measure(options, files, tower, seed);
  await writeFile(file, JSON.stringify(run));
  return run;
}

async function measure({ work, encoder, onRun }: RankingMeasurementOptions, files: RankingFiles, tower: Tower, seed: number): Promise<Run> {
  onRun(`text tower ${tower}, seed ${seed}`);
  const config = join(work, `${tower}.yaml`);
  await writeFile(config, `task: ranking\ntext: {tower: ${tower}}\ndata: {cache: kept}\n`);
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
    processorSeconds: trained.cpuSeconds ?? NaN,
  };
}

const BASELINES = { popular: 'popular', recent: 'recent', random: 'random', nearestTexts: 'nearest texts, encoder as it is' };

function resultOf(runs: readonly Run[], { command, towers }: RankingMeasurementOptions): Result {
  const of = (tower: Tower): Run[] => runs.filter((run) => run.tower === tower);
  const baseline = of('frozen').at(0) ?? runs[0];
  const seconds = (tower: Tower): string =>
    of(tower)
      .map(({ processorSeconds }) => processorSeconds.toFixed(0))
      .join(', ');
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
      `${baseline.report.items} films is ranked, those without a training event included, what the user had before left out. Each tower by its number of seeds.`,
    columns: ['way', 'NDCG@10', 'recall@20', 'coverage@10', 'coverage@10 of seen', 'NDCG@10 among unseen', 'recall@20 of unseen'],
    rows: [
      ...towers.map((tower) =>
        row(
          `text tower ${tower}, ${of(tower).length === 1 ? 'one seed' : `mean of ${of(tower).length} seeds`}`,
          of(tower).map(({ report }) => report),
        ),
      ),
      ...Object.entries(BASELINES).map(([key, name]) => row(name, [baseline.report.baselines[key]])),
    ],
    notes: [
      ...towers.map((tower) => `Text tower ${tower}, NDCG@10 and recall@20 by seed: ${spread(tower)}.`),
      `Seconds of the processor from file to exported head: ${towers.map((tower) => `${tower} ${seconds(tower)}`).join('; ')}. The first of those with the same vectors of texts computes them, and the first of all the collaborative weights. Largest memory ${megabytes.toFixed(0)} MB.`,
      `Error of the calibrated probabilities, on later events set aside from training, of users on whose events the curve was not fitted: ${towers.map((tower) => `${tower} ${mean(of(tower).map(({ trained }) => trained.calibrationError)).toFixed(5)}`).join(', ')}.`,
      'Coverage counts the films in anybody’s first ten among the whole catalogue, or among those with a training event, as other systems on this split count it.',
      ...newItemNotes(of(baseline.tower)),
      'Among unseen: films without a training event ranked among themselves, for the users who took one.',
    ],
  };
}

/** What places kept for films without a training event cost and bring, on the validation part, where the share is chosen, and on the test. */
function newItemNotes(runs: readonly Run[]): string[] {
  const meanOf = (read: (run: Run) => number): string => mean(runs.map(read)).toFixed(4);
  return runs[0].report.newItems.map(({ share }, at) => {
    const figures = (of: (run: Run) => z.infer<typeof newItemFigures>): string =>
      `NDCG@10 ${meanOf((run) => of(run).ndcgAt10)}, recall@20 ${meanOf((run) => of(run).recallAt20)}, recall@20 of unseen ` +
      `${meanOf((run) => of(run).unseenRecallAt20)}, unseen films in anybody’s first 20 ${meanOf((run) => of(run).unseenCoverageAt20)}`;
    return (
      `With ${(100 * share).toFixed(0)} % of the places of lists of 20 kept for unseen films, text tower ${runs[0].tower}: ` +
      `validation ${figures(({ trained }) => trained.validation.newItems[at])}; test ${figures(({ report }) => report.newItems[at])}.`
    );
  });
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
