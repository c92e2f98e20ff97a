import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, type Manifest } from '@attune/artifact';
import {
  updateVerdictSchema,
  type Dataset,
  type GateLimits,
  type TrainingSet,
  type UpdateJob,
  type UpdateVerdict,
} from '@attune/contracts';
import { z } from 'zod';
import { OWN_NAME } from '../audit/audit-repository';
import { learningColumns } from '../feedback/feedback-service';
import { rowLine } from '../feedback/head-columns';
import { metricsOf } from '../heads/manifest-metrics';
import type { JobParts } from '../jobs/job-parts';
import type { JobPlace, JobRecipe } from '../jobs/job-recipe';
import type { JobEnd } from '../jobs/job-repository';
import type { ProgressLine } from '../jobs/progress-line';
import { failureOf, type TrainingOutcome } from '../jobs/training-process';
import { updateConfiguration } from './update-configuration';

/** Rows kept aside below which nothing is judged by them: a single one would decide. */
const LEAST_RECENT_ROWS = 20;
/** Texts of late that both versions score. */
const SHADOW_TEXTS = 2_000;
const SERVING_FILE = 'serving.json';

const LIMIT_FLAGS = {
  tolerance: '--tolerance',
  classTolerance: '--class-tolerance',
  leastSupport: '--least-support',
  calibrationTolerance: '--calibration-tolerance',
  slowdown: '--slowdown',
} as const satisfies Record<keyof GateLimits, string>;

const servingSchema = z.object({ version: z.string(), generation: z.number().int() });
type Serving = z.infer<typeof servingSchema>;

/** What `attune update --report` writes. */
const reportSchema = updateVerdictSchema.omit({ serving: true, passed: true, outcome: true });

/** Goes on from what serves with a training set, and lets the outcome serve where it is not worse: `attune update`. */
export class UpdateRecipe implements JobRecipe {
  constructor(
    private readonly job: UpdateJob,
    private readonly parts: JobParts,
  ) {}

  async prepare({ folder, model }: JobPlace, onProgress: (line: ProgressLine) => void): Promise<string[]> {
    const { head, input } = this.job;
    const { heads, files, sets } = this.parts;
    await mkdir(folder, { recursive: true });
    await rm(reportOf(folder), { force: true });
    // An attempt that begins anew goes on from what serves now.
    const { version, generation, directory } = await this.parts.store.open(head);
    const serving: Serving = { version, generation };
    await writeFile(join(folder, SERVING_FILE), JSON.stringify(serving));
    const set = await sets.get(head, input.trainingSet);
    const template = heads.get(head);
    const configuration = join(folder, 'head.yaml');
    // JSON is YAML.
    await writeFile(configuration, `${JSON.stringify(updateConfiguration(template, input), null, 2)}\n`);
    const replay = await this.replayFiles();
    const recent = files.trainingSet(head, set.number, 'recent');
    const limits = Object.entries(LIMIT_FLAGS).flatMap(([name, flag]) => {
      const value = input.limits?.[name as keyof GateLimits];
      return value === undefined ? [] : [flag, String(value)];
    });
    onProgress({ type: 'note', message: describeSet(set, serving) });
    return [
      ...['update', head, '--from', directory, '--out', model, '--config', configuration],
      ...['--data', files.trainingSet(head, set.number, 'train')],
      ...(replay.length === 0 ? [] : ['--replay', ...replay]),
      ...['--golden', await this.goldenFile()],
      ...(set.recentRows < LEAST_RECENT_ROWS ? [] : ['--recent', recent]),
      ...['--shadow', await this.shadowFile(folder), '--report', reportOf(folder)],
      ...['--json', '--progress', 'json', ...limits],
    ];
  }

  isReported({ folder }: JobPlace): boolean {
    return existsSync(reportOf(folder));
  }

  async unfinished({ folder }: JobPlace, outcome: TrainingOutcome): Promise<JobEnd> {
    const report = existsSync(reportOf(folder)) ? await readReport(folder) : undefined;
    if (report === undefined || report.faults.length === 0) return { status: 'failed', failure: failureOf(outcome) };
    return { status: 'refused', verdict: await this.verdict(folder, report, 'stopped') };
  }

  async stored({ folder }: JobPlace, manifest: Manifest): Promise<JobEnd> {
    const report = await readReport(folder);
    const outcome = this.job.input.promote === 'ask' ? 'waits' : await this.promote(await readServing(folder));
    return { status: 'succeeded', metrics: metricsOf(manifest), verdict: await this.verdict(folder, report, outcome) };
  }

  private async promote({ generation }: Serving): Promise<'promoted' | 'overtaken'> {
    const { head, version } = this.job;
    const { promotions, store } = this.parts;
    // A service that was killed after its promotion does not promote again.
    if ((await store.current(head))?.version === version) return 'promoted';
    try {
      await promotions.promote(head, version, generation, OWN_NAME);
      return 'promoted';
    } catch (error) {
      if (error instanceof AttuneError && error.code === 'conflict') return 'overtaken';
      throw error;
    }
  }

  private async verdict(folder: string, report: z.infer<typeof reportSchema>, outcome: UpdateVerdict['outcome']): Promise<UpdateVerdict> {
    const { version } = await readServing(folder);
    return { ...report, serving: version, passed: outcome !== 'stopped', outcome };
  }

  private async goldenFile(): Promise<string> {
    const { golden, head } = this.job.input;
    if (golden !== undefined) return (await this.datasetFiles([golden]))[0];
    return String(this.parts.heads.get(head).data.test);
  }

  private async replayFiles(): Promise<string[]> {
    const { replay, head } = this.job.input;
    if (replay !== undefined) return this.datasetFiles(replay);
    const { train } = this.parts.heads.get(head).data;
    return [train].flat().filter((path): path is string => typeof path === 'string');
  }

  private async datasetFiles(ids: readonly string[]): Promise<string[]> {
    const found = new Map((await this.parts.datasets.find(ids)).map((dataset): [string, Dataset] => [dataset.id, dataset]));
    return ids.map((id) => {
      const dataset = found.get(id);
      if (dataset === undefined) throw new AttuneError('not-found', `There is no data set ${id}.`);
      return this.parts.files.dataset(id, dataset.format);
    });
  }

  private async shadowFile(folder: string): Promise<string> {
    const { head } = this.job;
    const file = join(folder, 'shadow.jsonl');
    const columns = learningColumns(this.parts.heads, head);
    const texts = await this.parts.feedback.newestTexts(head, SHADOW_TEXTS);
    await writeFile(file, texts.map((row) => rowLine(columns, row)).join(''));
    return file;
  }
}

function reportOf(folder: string): string {
  return join(folder, 'report.json');
}

async function readReport(folder: string): Promise<z.infer<typeof reportSchema>> {
  return reportSchema.parse(JSON.parse(await readFile(reportOf(folder), 'utf8')));
}

/** The version that the attempt went on from. */
async function readServing(folder: string): Promise<Serving> {
  return servingSchema.parse(JSON.parse(await readFile(join(folder, SERVING_FILE), 'utf8')));
}

function describeSet({ number, rows, recentRows }: TrainingSet, { version }: Serving): string {
  const judged =
    recentRows < LEAST_RECENT_ROWS ? `too few of late (${recentRows}) to be judged by` : `${recentRows} of late to be judged by`;
  return `Going on from ${version} with training set ${number}: ${rows} rows to learn from, ${judged}.`;
}
