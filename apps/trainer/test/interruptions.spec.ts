import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, HeadVersionDetails, TrainingJob } from '@attune/contracts';
import { TrainerPlace, until, type RunningService } from '@attune/testing';
import { HEAD, LONG, PROGRAM, TrainerClient } from './running-trainer';

const SETTINGS = { columns: { text: 'text', label: 'label' }, seed: 7, learningRate: 0.002 };
/** So many epochs that nobody waits for their end. */
const ENDLESS = 900;
/** So many that it is interrupted before their end. */
const EPOCHS = 30;

/** What becomes of trainings that do not come to their end by themselves. */
describe('a trainer whose trainings are interrupted', () => {
  let place: TrainerPlace;
  let service: RunningService;
  let dataset: Dataset;
  const client = new TrainerClient(() => service);
  const afterEpochs = (epochs: number) => (job: TrainingJob) => (job.progress?.evaluations.length ?? 0) >= epochs;
  const folderOf = ({ id }: TrainingJob) => join(place.files, 'jobs', id);
  const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    service = await place.start();
    dataset = (await client.upload(await readFile(join(place.folder, 'rows.csv')))).body;
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await place.remove();
  }, LONG);

  it(
    'ends one that is cancelled, whether it runs or waits, and begins the next',
    async () => {
      const running = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: ENDLESS });
      const waiting = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: 1 });
      const last = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: 1, tuner: 'head' });
      expect([waiting.before, last.before]).toEqual([expect.any(Number), Number(waiting.before) + 1]);
      await client.follow(running.id, afterEpochs(1));
      const pid = Number(await readFile(join(folderOf(running), 'pid'), 'utf8'));
      expect(await client.ask('POST', `/v1/jobs/${waiting.id}/cancel`)).toMatchObject({ status: 202, body: { status: 'cancelled' } });
      expect(await client.ask('POST', `/v1/jobs/${running.id}/cancel`)).toMatchObject({ status: 202, body: { cancelling: true } });
      expect((await client.follow(running.id)).at(-1)).toMatchObject({ status: 'cancelled', cancelling: false });
      expect(isAlive(pid)).toBe(false);
      expect(existsSync(folderOf(running))).toBe(false);
      expect((await client.ask('POST', `/v1/jobs/${running.id}/cancel`)).status).toBe(409);
      expect((await client.follow(last.id)).at(-1)).toMatchObject({ status: 'succeeded' });
    },
    LONG,
  );

  it(
    'goes on after it was shut down in order, and after it was killed, from the last checkpoint',
    async () => {
      const job = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: EPOCHS, version: 'resumed' });
      await client.follow(job.id, afterEpochs(2));
      expect(await service.stop('SIGTERM')).toBe(0);
      service = await place.start();
      await client.follow(job.id, ({ attempts, progress }) => attempts === 1 && hasResumed(progress));
      const pid = Number(await readFile(join(folderOf(job), 'pid'), 'utf8'));
      await service.stop('SIGKILL');
      service = await place.start();
      const end = (await client.follow(job.id)).at(-1);
      expect(isAlive(pid)).toBe(false);
      expect(end).toMatchObject({ status: 'succeeded', attempts: 2 });
      expect(end?.progress?.notes.filter((note) => /^Resumed at step \d+\.$/.test(note))).toHaveLength(2);
      // Whole, as if it had never been interrupted.
      const { body } = await client.ask<HeadVersionDetails>('GET', `/v1/heads/${HEAD}/versions/resumed`);
      expect(body.history?.losses).toHaveLength(Number(end?.progress?.steps));
      expect(body.history?.evaluations.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
      expect(end?.progress?.evaluations).toHaveLength(EPOCHS);
    },
    LONG,
  );

  it(
    'says why a training failed, and goes on with the next',
    async () => {
      const labels = (await client.upload('text,label\nwhere is it,delivery\nmy parcel is late,delivery\n')).body;
      const failed = await client.train({ dataset: labels.id, ...SETTINGS, epochs: 1 });
      const { status, failure } = (await client.follow(failed.id)).at(-1) ?? {};
      expect({ status, failure }).toEqual({ status: 'failed', failure: expect.stringContaining('label') as string });
      expect(failure).not.toMatch(/attune:|oneDNN/);
      expect(existsSync(folderOf(failed))).toBe(false);
    },
    LONG,
  );

  it(
    'kills a training that does not end, and gives up one that its service died with again and again',
    async () => {
      const stubborn = join(place.folder, 'stubborn.js');
      const [ignores, told] = ["process.on('SIGINT', () => undefined);", JSON.stringify({ type: 'phase', name: 'never ending' })];
      await writeFile(stubborn, `${ignores} console.error(${JSON.stringify(told)}); setInterval(() => undefined, 1000);`);
      await service.stop();
      const begin = () => place.start({ ATTUNE_TRAINING_COMMAND: stubborn, ATTUNE_CANCEL_SECONDS: '0' });
      service = await begin();
      const never = ({ progress }: TrainingJob) => progress?.phase === 'never ending';
      const job = await client.train({ dataset: dataset.id, ...SETTINGS });
      for (const attempt of [1, 2, 3]) {
        await client.follow(job.id, (state) => state.attempts === attempt && never(state));
        await service.stop('SIGKILL');
        service = await begin();
      }
      expect((await client.follow(job.id)).at(-1)).toMatchObject({
        status: 'failed',
        failure: expect.stringContaining('3 times') as string,
      });
      const other = await client.train({ dataset: dataset.id, ...SETTINGS });
      await client.follow(other.id, never);
      const pid = Number(await readFile(join(folderOf(other), 'pid'), 'utf8'));
      await client.ask('POST', `/v1/jobs/${other.id}/cancel`);
      expect((await client.follow(other.id)).at(-1)).toMatchObject({ status: 'cancelled' });
      await until(() => Promise.resolve(!isAlive(pid)));
    },
    LONG,
  );
});

function hasResumed(progress: TrainingJob['progress']): boolean {
  return progress?.notes.some((note) => note.startsWith('Resumed')) === true;
}
