import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { Dataset, FeedbackRow, Head, TrainingJob } from '@attune/contracts';
import { TrainerPlace, writeHandSetHead, type RunningService } from '@attune/testing';
import { HEAD, PROGRAM, TrainerClient } from './running-trainer';

const PATH = `/v1/heads/${HEAD}`;

/** A trainer whose updates are made by a program that says at once what the golden rows say: what the trainer makes of it is what is looked at. */
export class UpdatePlace {
  service!: RunningService;
  readonly client = new TrainerClient(() => this.service);

  private constructor(
    readonly place: TrainerPlace,
    private readonly storage: Record<string, string>,
  ) {}

  /** With one version of the head, which serves. */
  static async make(storage: Record<string, string>): Promise<UpdatePlace> {
    const made = new UpdatePlace(await TrainerPlace.make(PROGRAM), storage);
    const source = await mkdtemp(join(tmpdir(), 'attune-trainer-head-'));
    const labels = ['delivery', 'refund'].map((label, direction) => ({ label, weights: { [direction]: 20 }, bias: 0 }));
    const words = new Map([
      ['parcel', [0]],
      ['money', [1]],
    ]);
    await writeHandSetHead(source, { hiddenSize: 4, words, tasks: [{ name: 'intent', labels }] });
    await made.store.add(HEAD, 'first', source);
    await made.store.promote(HEAD, 'first');
    await rm(source, { recursive: true });
    await made.start();
    return made;
  }

  get store(): ModelStore {
    return new ModelStore(this.place.models);
  }

  async start(environment: Record<string, string> = {}): Promise<void> {
    const program = join(__dirname, 'fixtures/update-program.js');
    this.service = await this.place.start({ ...this.storage, ATTUNE_TRAINING_COMMAND: program, ...environment });
  }

  async remove(): Promise<void> {
    await this.service.stop();
    await this.place.remove();
  }

  /** While it is held, no update comes to its end. */
  async hold(): Promise<() => Promise<void>> {
    const file = join(this.place.files, 'datasets/wait');
    await writeFile(file, '');
    return () => rm(file);
  }

  /** Judges updates by rows that say how they come out. */
  async goldenThatSays(what: 'as good' | 'worse'): Promise<string> {
    const { body } = await this.client.upload<Dataset>(`text,label\n${what},delivery\npay me back,refund\n`);
    await this.client.ask('PUT', `${PATH}/update-settings`, { golden: body.id });
    return body.id;
  }

  async handIn(rows: readonly object[]): Promise<FeedbackRow[]> {
    const { status, body } = await this.client.ask('POST', `${PATH}/feedback`, { rows });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return this.rows();
  }

  async rows(query = ''): Promise<FeedbackRow[]> {
    return (await this.client.ask<{ items: FeedbackRow[] }>('GET', `${PATH}/feedback?limit=200${query}`)).body.items;
  }

  review(ids: readonly string[], state: 'approved' | 'rejected'): Promise<{ status: number; body: unknown }> {
    return this.client.ask('POST', `${PATH}/feedback/review`, { ids, state });
  }

  /** Hands rows in and approves them. */
  async approve(rows: readonly object[]): Promise<void> {
    const pending = (await this.handIn(rows)).filter(({ state }) => state === 'pending').map(({ id }) => id);
    await this.review(pending, 'approved');
  }

  async begin(request: object = {}): Promise<TrainingJob> {
    const { status, body } = await this.client.ask<TrainingJob>('POST', `${PATH}/update`, request);
    if (status !== 202) throw new Error(JSON.stringify(body));
    return body;
  }

  async ended(job: TrainingJob): Promise<TrainingJob> {
    await this.client.follow(job.id);
    return this.client.job(job.id);
  }

  async serving(): Promise<string | undefined> {
    return (await this.client.ask<Head>('GET', PATH)).body.current?.version;
  }
}
