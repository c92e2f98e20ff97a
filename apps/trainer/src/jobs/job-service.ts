import { randomUUID } from 'node:crypto';
import { AttuneError, type ModelStore, versionName } from '@attune/artifact';
import type { Dataset, TrainingJob, TrainingJobInput } from '@attune/contracts';
import { HttpProblem } from '@attune/service-kit';
import type { Transaction } from '@attune/storage';
import { holdDatasets } from '../datasets/dataset-repository';
import type { HeadTemplates } from '../heads/head-templates';
import { columnFaults, taskOf } from './head-configuration';
import type { JobRepository } from './job-repository';
import type { TrainingQueue } from './training-queue';
import { jobDatasetIds, mapDatasets, needlessSettings } from './train-recipe';

/** Takes trainings on, and lets them be cancelled. */
export class JobService {
  constructor(
    private readonly jobs: JobRepository,
    private readonly heads: HeadTemplates,
    private readonly store: ModelStore,
    private readonly queue: TrainingQueue,
  ) {}

  /**
   * Puts a training at the end of the queue.
   *
   * @throws HttpProblem `invalid-request` with every column, data set and setting that cannot be; AttuneError `conflict` where the version is there
   */
  async create(input: TrainingJobInput, createdBy: string): Promise<TrainingJob> {
    const id = randomUUID();
    const version = input.version ?? versionName(new Date(), id);
    if (!this.heads.names.includes(input.head)) {
      throw new HttpProblem('invalid-request', { errors: [fault('head', `there is no such head here: ${this.heads.names.join(', ')}`)] });
    }
    const taken = (await this.store.list(input.head)).some((stored) => stored.version === version);
    const job = await this.jobs.create({ id, kind: 'train', head: input.head, input, version, createdBy }, async (tx) => {
      await this.check(tx, input);
      if (taken || (await this.jobs.reserves(tx, input.head, version))) {
        throw new AttuneError('conflict', `${input.head} has a version ${version} already, or a job that makes it.`, {
          remedy: 'Give it another name.',
        });
      }
    });
    this.queue.wake();
    return job;
  }

  /** @throws AttuneError `not-found`, `conflict` where it has ended */
  async cancel(id: string, actor: string): Promise<TrainingJob> {
    const job = await this.jobs.cancel(id, actor);
    this.queue.wake();
    return job;
  }

  private async check(tx: Transaction, input: TrainingJobInput): Promise<void> {
    const ids = jobDatasetIds(input);
    const held = await holdDatasets(tx, Object.values(ids));
    const missing = Object.entries(ids).filter(([, id]) => !held.has(String(id)));
    const none: Pick<Dataset, 'columns'> = { columns: [] };
    const template = this.heads.get(input.head);
    const task = taskOf(template, input);
    const errors =
      missing.length > 0
        ? missing.map(([role]) => fault(role, 'there is no such data set'))
        : [
            ...needlessSettings(input, task).map((name) => fault(name, 'a ranking has no such setting')),
            ...columnFaults(
              template,
              input,
              mapDatasets(ids, (id) => held.get(id) ?? none),
            ).map(({ path, message }) => fault(path, message)),
          ];
    if (errors.length > 0) throw new HttpProblem('invalid-request', { errors });
  }
}

function fault(path: string, message: string) {
  return { path: `body.${path}`, message };
}
