import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, type Manifest } from '@attune/artifact';
import type { TrainJob } from '@attune/contracts';
import { metricsOf } from '../heads/manifest-metrics';
import { headConfiguration, taskOf, type JobDatasets } from './head-configuration';
import type { JobParts } from './job-parts';
import type { JobPlace, JobRecipe } from './job-recipe';
import type { JobEnd } from './job-repository';
import { failureOf, type TrainingOutcome } from './training-process';

/** Settings of a job that are flags of `attune train`. */
const FLAGS = {
  tuner: '--tuner',
  epochs: '--epochs',
  learningRate: '--learning-rate',
  batchSize: '--batch-size',
  maxLength: '--max-length',
  seed: '--seed',
} as const;

/** The settings that a ranking has. */
const RANKING_SETTINGS: readonly string[] = ['seed'];

/** Settings of a job that its task does not have. */
export function needlessSettings(input: TrainJob['input'], task: string): string[] {
  if (task !== 'ranking') return [];
  return Object.keys(FLAGS).filter((name) => input[name as keyof typeof FLAGS] !== undefined && !RANKING_SETTINGS.includes(name));
}

/** Trains a head from rows: `attune train`. */
export class TrainRecipe implements JobRecipe {
  constructor(
    private readonly job: TrainJob,
    private readonly parts: Pick<JobParts, 'heads' | 'datasets' | 'files'>,
  ) {}

  /** The configuration is that of the first attempt, which all further ones share. */
  async prepare({ folder, model }: JobPlace): Promise<string[]> {
    const { input } = this.job;
    const { heads, datasets, files } = this.parts;
    const template = heads.get(input.head);
    const task = taskOf(template, input);
    const configuration = join(folder, 'head.yaml');
    if (!existsSync(configuration)) {
      const ids = jobDatasetIds(input);
      const found = new Map((await datasets.find(Object.values(ids))).map((dataset) => [dataset.id, dataset]));
      const resolve = (id: string) => {
        const dataset = found.get(id);
        if (dataset === undefined) throw new AttuneError('not-found', `There is no data set ${id}.`);
        return dataset;
      };
      const sets = mapDatasets(ids, resolve);
      const paths = mapDatasets(sets, ({ id, format }) => files.dataset(id, format));
      await mkdir(folder, { recursive: true });
      // JSON is YAML.
      await writeFile(configuration, `${JSON.stringify(headConfiguration(template, input, sets, paths), null, 2)}\n`);
    }
    const flags = Object.entries(FLAGS).flatMap(([name, flag]) => {
      const value = input[name as keyof typeof FLAGS];
      return value === undefined ? [] : [flag, String(value)];
    });
    const resume = task !== 'ranking' && existsSync(join(`${model}.training`, 'progress.json')) ? ['--resume'] : [];
    return ['train', '--config', configuration, '--out', model, '--json', '--progress', 'json', ...flags, ...resume];
  }

  isReported(): boolean {
    return true;
  }

  unfinished(_place: JobPlace, outcome: TrainingOutcome): Promise<JobEnd> {
    return Promise.resolve({ status: 'failed', failure: failureOf(outcome) });
  }

  stored(_place: JobPlace, manifest: Manifest): Promise<JobEnd> {
    return Promise.resolve({ status: 'succeeded', metrics: metricsOf(manifest) });
  }
}

/** The data sets that a job names. */
export function jobDatasetIds({ dataset, test, items }: TrainJob['input']): JobDatasets<string> {
  return { dataset, ...(test === undefined ? {} : { test }), ...(items === undefined ? {} : { items }) };
}

export function mapDatasets<From, To>({ dataset, test, items }: JobDatasets<From>, map: (value: From) => To): JobDatasets<To> {
  return {
    dataset: map(dataset),
    ...(test === undefined ? {} : { test: map(test) }),
    ...(items === undefined ? {} : { items: map(items) }),
  };
}
