import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError, MANIFEST_FILE, readManifest, sha256, type Manifest, type ModelStore } from '@attune/artifact';
import type { TrainingJob } from '@attune/contracts';
import type { DatasetRepository } from '../datasets/dataset-repository';
import type { HeadTemplates } from '../heads/head-templates';
import { metricsOf } from '../heads/manifest-metrics';
import type { TrainingFiles } from '../training-files';
import { headConfiguration, taskOf, type JobDatasets } from './head-configuration';
import type { JobEnd, JobRepository } from './job-repository';
import type { ProgressLine } from './progress-line';
import { TrainingProcess, type TrainingOutcome } from './training-process';

/** What trainings run with. */
export interface TrainingParts {
  readonly jobs: JobRepository;
  readonly datasets: DatasetRepository;
  readonly heads: HeadTemplates;
  readonly store: ModelStore;
  readonly files: TrainingFiles;
  /** JavaScript file that takes what `attune` takes. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds that a training which is asked to end has before it is killed. */
  readonly patience: number;
}

/** Milliseconds between two tries of a store that does not answer. */
const STORE_PAUSE = 3_000;

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
export function needlessSettings(input: TrainingJob['input'], task: string): string[] {
  if (task !== 'ranking') return [];
  return Object.keys(FLAGS).filter((name) => input[name as keyof typeof FLAGS] !== undefined && !RANKING_SETTINGS.includes(name));
}

/** One training, from its files to a version in the model store. */
export class TrainingRun {
  private process: TrainingProcess | undefined;
  private wish: 'cancel' | 'put back' | undefined;
  private readonly wished = new AbortController();

  constructor(
    readonly job: TrainingJob,
    private readonly parts: TrainingParts,
  ) {}

  /** Ends it; its place in the model store stays empty. */
  cancel(): void {
    this.end('cancel', this.parts.patience);
  }

  /** Ends it so that it can go on later. @param patience milliseconds */
  interrupt(patience: number): void {
    this.end('put back', patience);
  }

  /**
   * Runs it to its end.
   *
   * @returns how it ended; undefined where it is to go on later
   */
  async run(onProgress: (line: ProgressLine) => void): Promise<JobEnd | undefined> {
    const folder = this.parts.files.job(this.job.id);
    try {
      const end = await this.train(folder, onProgress);
      if (end !== undefined) await rm(folder, { recursive: true, force: true });
      return end;
    } catch (error) {
      if (this.wish === 'cancel') return { status: 'cancelled' };
      return { status: 'failed', failure: reasonOf(error) };
    }
  }

  private end(wish: 'cancel' | 'put back', patience: number): void {
    if (this.wish !== undefined) return;
    this.wish = wish;
    this.wished.abort();
    void this.process?.stop(patience);
  }

  private async train(folder: string, onProgress: (line: ProgressLine) => void): Promise<JobEnd | undefined> {
    const model = join(folder, 'model');
    // A service that was killed between the end of a training and its entry in the store does not train again.
    if (!existsSync(join(model, MANIFEST_FILE))) {
      const args = await this.prepare(folder, model);
      if (this.wish === undefined) {
        const { program, environment } = this.parts;
        this.process = await TrainingProcess.start({ program, args, environment, folder }, onProgress);
        // The wish may have come while it was started, and then it went nowhere.
        if ((this.wish as string | undefined) !== undefined) void this.process.stop(this.parts.patience);
        const outcome = await this.process.ended;
        if (this.wish === undefined && outcome.status !== 0) return { status: 'failed', failure: failureOf(outcome) };
      }
    }
    if (this.wish === 'cancel') return { status: 'cancelled' };
    if (!existsSync(join(model, MANIFEST_FILE))) return undefined;
    onProgress({ type: 'phase', name: 'storing the version' });
    const manifest = await this.storeWhenPossible(model);
    if (manifest !== undefined) return { status: 'succeeded', metrics: metricsOf(manifest) };
    return (this.wish as string | undefined) === 'cancel' ? { status: 'cancelled' } : undefined;
  }

  /** Writes the configuration of the first attempt, which all further ones share. @returns arguments of the command line */
  private async prepare(folder: string, model: string): Promise<string[]> {
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

  /** Waits for a store that is away: what was trained is there. @returns undefined where the training is to end before */
  private async storeWhenPossible(model: string): Promise<Manifest | undefined> {
    for (;;) {
      try {
        return await this.store(model);
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'dependency-unavailable') throw error;
        if (this.wish !== undefined) return undefined;
        await sleep(STORE_PAUSE, undefined, { signal: this.wished.signal }).catch(() => undefined);
      }
    }
  }

  /** Puts the model into the store, once. */
  private async store(model: string): Promise<Manifest> {
    const { head, version } = this.job;
    const { store } = this.parts;
    const manifest = await readManifest(model);
    const own = sha256(await readFile(join(model, MANIFEST_FILE)));
    const there = (await store.list(head)).find((stored) => stored.version === version);
    if (there?.manifestSha256 !== own) await store.add(head, version, model);
    return manifest;
  }
}

/** The data sets that a job names. */
export function jobDatasetIds({ dataset, test, items }: TrainingJob['input']): JobDatasets<string> {
  return { dataset, ...(test === undefined ? {} : { test }), ...(items === undefined ? {} : { items }) };
}

export function mapDatasets<From, To>({ dataset, test, items }: JobDatasets<From>, map: (value: From) => To): JobDatasets<To> {
  return {
    dataset: map(dataset),
    ...(test === undefined ? {} : { test: map(test) }),
    ...(items === undefined ? {} : { items: map(items) }),
  };
}

function failureOf({ status, signal, words }: TrainingOutcome): string {
  if (signal === 'SIGKILL') return 'The training was killed, as where there is not enough memory: try a smaller batchSize or maxLength.';
  if (signal !== null) return `The training was ended by ${signal}. ${words}`.trim();
  return words === '' ? `The training ended with status ${String(status)}.` : words;
}

function reasonOf(error: unknown): string {
  if (error instanceof AttuneError) return `${error.message} ${error.remedy ?? ''}`.trim();
  return error instanceof Error ? error.message : String(error);
}
