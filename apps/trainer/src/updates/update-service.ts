import { randomUUID } from 'node:crypto';
import { AttuneError, versionName } from '@attune/artifact';
import type { Dataset, TrainingJob, TrainingSet, UpdateJobInput, UpdateRequest, UpdateSettings } from '@attune/contracts';
import { HttpProblem } from '@attune/service-kit';
import { holdDatasets } from '../datasets/dataset-repository';
import { learningColumns } from '../feedback/feedback-service';
import type { RowColumns } from '../feedback/head-columns';
import type { JobParts } from '../jobs/job-parts';
import type { TrainingQueue } from '../jobs/training-queue';
import type { UpdateSettingsRepository } from './update-settings-repository';

/** What the service updates with where neither a request nor the settings of a head say so. */
export type UpdateDefaults = Required<Pick<UpdateSettings, 'promote' | 'leastNewRows'>>;

/** What an update has to do with. */
export interface UpdateParts extends Pick<JobParts, 'jobs' | 'sets' | 'datasets' | 'heads' | 'store'> {
  readonly settings: UpdateSettingsRepository;
  readonly queue: TrainingQueue;
  readonly defaults: UpdateDefaults;
}

type Stated = Omit<UpdateRequest, 'leastNewRows'>;

/** Takes updates on: a training that goes on from what serves with the corrections that are approved. */
export class UpdateService {
  constructor(private readonly parts: UpdateParts) {}

  /** What a head is updated with. @throws AttuneError `not-found` */
  async settings(head: string): Promise<UpdateSettings> {
    this.parts.heads.get(head);
    return { ...this.parts.defaults, ...(await this.parts.settings.get(head)) };
  }

  /** @throws AttuneError `not-found`; HttpProblem `invalid-request` where a data set cannot be */
  async changeSettings(head: string, settings: UpdateSettings, actor: string): Promise<UpdateSettings> {
    const columns = learningColumns(this.parts.heads, head);
    await this.checkDatasets(settings, columns);
    await this.parts.settings.put(head, settings, actor);
    return this.settings(head);
  }

  /**
   * Puts an update at the end of the queue.
   *
   * @throws AttuneError `not-found` for the head, `conflict` where nothing serves, nothing is approved, too little is new, or an update waits
   *   already; HttpProblem `invalid-request` and `unprocessable`
   */
  async create(head: string, { leastNewRows, ...request }: UpdateRequest, actor: string): Promise<TrainingJob> {
    const { heads, sets, store, queue } = this.parts;
    const columns = learningColumns(heads, head);
    const { leastNewRows: _least, ...settings } = await this.settings(head);
    const stated: Stated = { ...settings, ...request };
    await this.checkDatasets(request, columns);
    this.checkGolden(head, stated);
    if ((await store.current(head)) === undefined) {
      throw new AttuneError('conflict', `No version of ${head} serves, and so there is nothing to go on from.`, {
        remedy: 'Train one with POST /v1/jobs, and promote it.',
      });
    }
    if (leastNewRows !== undefined) await this.refuseFew(head, leastNewRows);
    const set = await sets.ofNow(head, columns, actor);
    const job = await this.enqueue(head, { stated, set, actor });
    queue.wake();
    return job;
  }

  private async enqueue(head: string, { stated, set, actor }: { stated: Stated; set: TrainingSet; actor: string }): Promise<TrainingJob> {
    const { jobs, defaults } = this.parts;
    const id = randomUUID();
    const input: UpdateJobInput = { ...stated, head, trainingSet: set.number, promote: stated.promote ?? defaults.promote };
    const version = versionName(new Date(), id);
    return jobs.create({ id, kind: 'update', head, input, version, createdBy: actor }, async (tx) => {
      const waiting = await jobs.waitingUpdate(tx, head);
      if (waiting !== undefined) {
        throw new AttuneError('conflict', `The update ${waiting} of ${head} has not ended yet.`, {
          remedy: 'Wait for its end, or cancel it.',
        });
      }
      await holdDatasets(tx, [...(stated.golden === undefined ? [] : [stated.golden]), ...(stated.replay ?? [])]);
    });
  }

  private async refuseFew(head: string, least: number): Promise<void> {
    const { jobs, sets } = this.parts;
    const rows = await sets.newRows(head, await jobs.lastTrainingSet(head));
    if (rows >= least) return;
    throw new AttuneError('conflict', `${rows} corrections of ${head} were approved since the last update; ${least} are wanted.`, {
      remedy: 'Approve more, or ask without leastNewRows.',
    });
  }

  private checkGolden(head: string, { golden }: Stated): void {
    if (golden !== undefined || typeof this.parts.heads.get(head).data.test === 'string') return;
    throw new HttpProblem('unprocessable', {
      detail: `There is nothing to judge an update of ${head} by: name a data set as golden, here or with PUT /v1/heads/${head}/update-settings.`,
    });
  }

  /** Rows stand beside those of corrections, under the same names. */
  private async checkDatasets({ golden, replay = [] }: Pick<UpdateSettings, 'golden' | 'replay'>, columns: RowColumns): Promise<void> {
    const named = [...(golden === undefined ? [] : [['golden', golden]]), ...replay.map((id, at) => [`replay.${at}`, id])];
    const found = new Map((await this.parts.datasets.find(named.map(([, id]) => id))).map((dataset) => [dataset.id, dataset]));
    const errors = named.flatMap(([path, id]) =>
      datasetFaults(found.get(id), columns).map((message) => ({ path: `body.${path}`, message })),
    );
    if (errors.length > 0) throw new HttpProblem('invalid-request', { errors });
  }
}

function datasetFaults(dataset: Dataset | undefined, { text, pair, label }: RowColumns): string[] {
  if (dataset === undefined) return ['there is no such data set'];
  const missing = [text, ...(pair === undefined ? [] : [pair]), label].filter((name) => !dataset.columns.includes(name));
  return missing.map((name) => `it has no column "${name}", as the head calls it`);
}
