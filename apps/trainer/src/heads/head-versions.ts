import { AttuneError, type ModelStore, type StoredVersion } from '@attune/artifact';
import {
  headReportSchema,
  trainingHistorySchema,
  type Dataset,
  type Head,
  type headVersionsQuerySchema,
  type HeadVersion,
  type HeadVersionDetails,
  type TrainingJob,
} from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import { z } from 'zod';
import type { DatasetRepository } from '../datasets/dataset-repository';
import type { JobRepository } from '../jobs/job-repository';
import { learntFiles, type LearntFile } from '../feedback/versions-that-learnt';
import type { HeadTemplates } from './head-templates';
import { metricsOf } from './manifest-metrics';

/** Reports as they come: a ranking has other ones, and none of these schemas' keys is needed. */
const reportsSchema = z.object({ validation: headReportSchema.optional(), test: headReportSchema.optional() });
const afterSchema = z.object({ after: z.string() });

/** The heads and their versions, as the model store has them. */
export class HeadVersions {
  constructor(
    private readonly heads: HeadTemplates,
    private readonly store: ModelStore,
    private readonly jobs: JobRepository,
    private readonly datasets: DatasetRepository,
  ) {}

  list(): Promise<Head[]> {
    return Promise.all(this.heads.names.map((name) => this.get(name)));
  }

  /** @throws AttuneError `not-found` */
  async get(name: string): Promise<Head> {
    const { task, tasks = [], data } = this.heads.get(name);
    const current = await this.store.current(name);
    const former =
      current?.before === undefined ? undefined : (await this.store.history(name)).find(({ generation }) => generation === current.before);
    const labelled = tasks.filter((entry) => entry.data === undefined).map((entry) => [entry.name, entry.label ?? entry.name] as const);
    return {
      name,
      ...(current === undefined
        ? {}
        : { current: { version: current.version, generation: current.generation, promotedAt: current.promotedAt } }),
      ...(former === undefined ? {} : { rollbackTo: former.version }),
      task,
      tasks: tasks.map((entry) => entry.name),
      columns: {
        ...(data.text === undefined ? {} : { text: data.text }),
        ...(data.pair === undefined ? {} : { pair: data.pair }),
        ...(data.label === undefined ? {} : { label: data.label }),
        labels: Object.fromEntries(labelled),
      },
    };
  }

  /** The newest first. @throws AttuneError `not-found` */
  async versions(name: string, { cursor, limit }: z.infer<typeof headVersionsQuerySchema>): Promise<Page<HeadVersion>> {
    this.heads.get(name);
    const stored = (await this.store.list(name)).sort((one, other) => other.writtenAt.getTime() - one.writtenAt.getTime());
    const after = decodeCursor(cursor, afterSchema)?.after;
    const start = after === undefined ? 0 : stored.findIndex(({ version }) => version === after) + 1;
    const page = pageOf(stored.slice(start), limit, ({ version }) => ({ after: version }));
    return { ...page, items: await this.describe(name, page.items) };
  }

  /** @throws AttuneError `not-found` */
  async version(name: string, version: string): Promise<HeadVersionDetails> {
    this.heads.get(name);
    const stored = (await this.store.list(name)).find((entry) => entry.version === version);
    if (stored === undefined) {
      throw new AttuneError('not-found', `${name} has no version ${version}.`, {
        remedy: `List them with GET /v1/heads/${name}/versions.`,
      });
    }
    const [summary] = await this.describe(name, [stored]);
    const reports = reportsSchema.safeParse(await this.readJson(name, version, 'metrics.json'));
    const history = trainingHistorySchema.safeParse(await this.readJson(name, version, 'history.json'));
    return { ...summary, reports: reports.data ?? {}, ...(history.success ? { history: history.data } : {}) };
  }

  /** A file of a version; undefined where it has none, or one that is damaged. */
  private async readJson(name: string, version: string, path: string): Promise<unknown> {
    try {
      const content = await this.store.readFile(name, version, path);
      return content === undefined ? undefined : JSON.parse(Buffer.from(content).toString('utf8'));
    } catch (error) {
      if (error instanceof AttuneError && error.code !== 'bad-model') throw error;
      return undefined;
    }
  }

  private async describe(name: string, versions: readonly StoredVersion[]): Promise<HeadVersion[]> {
    const makers = await this.jobs.makersOf(
      name,
      versions.map(({ version }) => version),
    );
    const sets = await this.datasets.find([...makers.values()].flatMap((job) => (job.kind === 'train' ? [job.input.dataset] : [])));
    const byId = new Map(sets.map((dataset) => [dataset.id, dataset]));
    const names = new Map((await this.store.list(name)).map((stored) => [stored.manifestSha256, stored.version]));
    return versions.map((stored) => ({ ...describeVersion(stored, makers.get(stored.version), byId), ...formerOf(stored, names) }));
  }
}

/** The version that one went on from: by its manifest, since a cache knows it under another name. */
function formerOf({ manifest }: StoredVersion, names: ReadonlyMap<string, string>): Pick<HeadVersion, 'from'> {
  const former = manifest?.lineage?.at(0);
  return former === undefined ? {} : { from: names.get(former.manifest) ?? former.model };
}

function describeVersion(stored: StoredVersion, job: TrainingJob | undefined, datasets: ReadonlyMap<string, Dataset>): HeadVersion {
  const { version, isCurrent, writtenAt, manifestSha256, manifest, problem } = stored;
  return {
    version,
    isCurrent,
    writtenAt: writtenAt.toISOString(),
    manifestSha256,
    metrics: manifest === undefined ? {} : metricsOf(manifest),
    ...(manifest === undefined ? {} : { createdBy: manifest.createdBy, encoder: manifest.encoder.id }),
    ...(manifest?.tuner === undefined ? {} : { tuner: manifest.tuner.name }),
    ...(manifest?.trainingData === undefined ? {} : { trainingData: describeData(manifest.trainingData, learntFiles(manifest)) }),
    ...(job === undefined ? {} : { job: job.id, ...rowsOf(job, datasets) }),
    ...(problem === undefined ? {} : { problem: problem.message }),
  };
}

function describeData({ sha256, rows }: { sha256: string; rows: number }, files: readonly LearntFile[]): HeadVersion['trainingData'] {
  const known = files.map(({ file, rows: lines, sha256: hash }) => ({ file, rows: lines, sha256: hash }));
  return { sha256, rows, ...(known.length === 0 ? {} : { files: known }) };
}

function rowsOf(job: TrainingJob, datasets: ReadonlyMap<string, Dataset>): Pick<HeadVersion, 'dataset' | 'trainingSet'> {
  if (job.kind === 'update') return { trainingSet: job.input.trainingSet };
  const dataset = datasets.get(job.input.dataset);
  return { dataset: { id: job.input.dataset, ...(dataset && { name: dataset.name, sha256: dataset.sha256 }) } };
}
