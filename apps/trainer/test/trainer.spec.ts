import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { AuditEntry, Dataset, Head, HeadComparison, HeadVersion, HeadVersionDetails, TrainingJob } from '@attune/contracts';
import { createApiKey } from '@attune/service-kit';
import { TrainerPlace, until, type RunningService } from '@attune/testing';
import { HEAD, LONG, PROGRAM, TrainerClient } from './running-trainer';

const KEYS = { read: createApiKey('reader', 'read'), write: createApiKey('writer', 'write'), admin: createApiKey('owner', 'admin') };
const SETTINGS = { columns: { text: 'text', label: 'label' }, seed: 7, learningRate: 0.002 };

/** From labelled rows to what serves, and back. */
describe('the trainer', () => {
  let place: TrainerPlace;
  let service: RunningService;
  let dataset: Dataset;
  const as = (who: keyof typeof KEYS) => new TrainerClient(() => service, { authorization: `Bearer ${KEYS[who].key}` });

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    const keys = Object.values(KEYS).map(({ entry }) => entry);
    service = await place.start({ ATTUNE_API_KEYS: keys.join(','), ATTUNE_DATASET_LIMIT: '100000' });
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await place.remove();
  }, LONG);

  it('takes rows in, and tells what it found in them', async () => {
    const file = await readFile(join(place.folder, 'rows.csv'));
    const { status, body } = await as('write').upload(file, 'text/csv; charset=utf-8', 'messages of March');
    expect(status).toBe(201);
    dataset = body;
    expect(dataset).toMatchObject({
      name: 'messages of March',
      format: 'csv',
      bytes: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
      rows: 90,
      columns: ['text', 'label'],
      createdBy: 'writer',
    });
    expect(dataset.sample).toHaveLength(5);
    expect(Object.keys(dataset.sample[0])).toEqual(['text', 'label']);
    expect((await as('read').ask('GET', `/v1/datasets/${dataset.id}`)).body).toEqual(dataset);
    expect((await as('read').ask<{ items: Dataset[] }>('GET', '/v1/datasets')).body.items).toEqual([dataset]);
  });

  it.each([
    ['a row with a cell too few', 'text,label\na,b\nc\n', 400, /Row 2: 1 cells where the header has 2/],
    ['a quote that is never closed', 'text,label\n"a,b\n', 400, /never closed/],
    ['a header alone', 'text,label\n', 400, /no rows/],
    ['nothing', '', 400, /no rows/],
    ['a column twice', 'text,text\na,b\n', 400, /more than one column "text"/],
    ['what is not UTF-8', Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xff, 0x2c, 0x62, 0x0a]), 400, /UTF-8/],
    ['more than the limit', `text,label\n${'a,b\n'.repeat(30_000)}`, 413, /100000 bytes at most/],
  ])('refuses %s', async (_what, file, expected, detail) => {
    const { status, body } = await as('write').upload<{ detail: string }>(file);
    expect({ status, detail: body.detail }).toEqual({ status: expected, detail: expect.stringMatching(detail) as string });
  });

  it('refuses other media types, and keys that do not suffice', async () => {
    expect((await as('write').upload('{}', 'application/json')).status).toBe(415);
    expect((await as('read').upload('text,label\na,b\n')).status).toBe(403);
    expect((await as('read').ask('POST', '/v1/jobs', { head: HEAD, dataset: dataset.id })).status).toBe(403);
    expect((await as('write').ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'a' })).status).toBe(403);
    expect((await as('write').ask('POST', `/v1/heads/${HEAD}/rollback`, {})).status).toBe(403);
  });

  it('refuses a training that could not be, with everything that is wrong', async () => {
    const refuse = async (job: Record<string, unknown>) => {
      const { status, body } = await as('write').ask<{ errors?: { path: string; message: string }[] }>('POST', '/v1/jobs', job);
      return { status, paths: (body.errors ?? []).map(({ path }) => path) };
    };
    const columns = { text: 'message', label: 'intent' };
    expect(await refuse({ head: HEAD, dataset: dataset.id, columns })).toEqual({
      status: 400,
      paths: ['body.columns.text', 'body.columns.label'],
    });
    expect(await refuse({ head: 'nobody', dataset: dataset.id })).toEqual({ status: 400, paths: ['body.head'] });
    expect(await refuse({ head: HEAD, dataset: 'none' })).toEqual({ status: 400, paths: ['body.dataset'] });
    expect((await refuse({ head: HEAD, dataset: dataset.id, epochs: -1 })).status).toBe(400);
    expect((await as('read').ask<{ items: TrainingJob[] }>('GET', '/v1/jobs')).body.items).toEqual([]);
  });

  it(
    'trains two versions one after the other, and tells how far they are',
    async () => {
      const client = as('write');
      const first = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: 3, version: 'first' });
      const second = await client.train({ dataset: dataset.id, ...SETTINGS, epochs: 1, tuner: 'bitfit', version: 'second' });
      expect((await client.ask('POST', '/v1/jobs', { head: HEAD, dataset: dataset.id, version: 'first' })).status).toBe(409);
      expect((await client.ask('DELETE', `/v1/datasets/${dataset.id}`)).status).toBe(409);
      expect(await client.job(second.id)).toMatchObject({ status: 'queued' });
      const states = await client.follow(first.id);
      expect(states.at(-1)).toMatchObject({ status: 'succeeded', attempts: 1, version: 'first', createdBy: 'writer' });
      expect(states.some(({ status, progress }) => status === 'running' && progress !== undefined)).toBe(true);
      const { progress, metrics } = states.at(-1) ?? {};
      expect(progress?.evaluations.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      expect(progress).toMatchObject({ epochs: 3, loss: expect.any(Number) as number, examplesPerSecond: expect.any(Number) as number });
      expect(progress?.step).toBe(progress?.steps);
      expect(Object.values(metrics ?? {})[0]).toMatchObject({ accuracy: expect.any(Number) as number });
      expect((await client.follow(second.id)).at(-1)).toMatchObject({ status: 'succeeded' });
      const [one, other] = [await client.job(first.id), await client.job(second.id)];
      expect(String(other.startedAt) >= String(one.finishedAt)).toBe(true);
      const listed = (await client.ask<{ items: TrainingJob[] }>('GET', '/v1/jobs?status=succeeded&limit=1')).body;
      expect(listed).toMatchObject({ items: [{ id: second.id }], nextCursor: expect.any(String) as string });
    },
    LONG,
  );

  it('ends the stream of a job for good once its end was told', async () => {
    const [{ id }] = (await as('read').ask<{ items: TrainingJob[] }>('GET', '/v1/jobs')).body.items;
    const headers = { authorization: `Bearer ${KEYS.read.key}` };
    const told = await (await fetch(`${service.url}/v1/jobs/${id}/progress`, { headers })).text();
    const [, lastEventId = ''] = /^id: (\d+)$/m.exec(told) ?? [];
    const again = await fetch(`${service.url}/v1/jobs/${id}/progress`, { headers: { ...headers, 'last-event-id': lastEventId } });
    expect(again.status).toBe(204);
  });

  it('shows the versions, none of which serves yet', async () => {
    const { items } = (await as('read').ask<{ items: HeadVersion[] }>('GET', `/v1/heads/${HEAD}/versions`)).body;
    expect(items.map(({ version, isCurrent, tuner }) => [version, isCurrent, tuner])).toEqual([
      ['second', false, 'bitfit'],
      ['first', false, 'full'],
    ]);
    expect(items[1]).toMatchObject({ dataset: { id: dataset.id, name: 'messages of March', sha256: dataset.sha256 } });
    expect((await as('read').ask<{ items: Head[] }>('GET', '/v1/heads')).body.items).toMatchObject([
      { name: HEAD, task: 'classification' },
    ]);
    expect((await as('read').ask<Head>('GET', `/v1/heads/${HEAD}`)).body.current).toBeUndefined();
    const { body } = await as('read').ask<HeadVersionDetails>('GET', `/v1/heads/${HEAD}/versions/first`);
    const { validation } = body.reports;
    expect(validation?.perClass?.map(({ label }) => label)).toEqual(['account', 'delivery', 'refund']);
    const counted = validation?.confusionMatrix?.flat().reduce((sum, rows) => sum + rows, 0);
    expect(counted).toBe(validation?.rows);
    expect(validation?.expectedCalibrationError).toEqual({ before: expect.any(Number) as number, after: expect.any(Number) as number });
    expect(body.history?.evaluations).toHaveLength(3);
    expect(body.history?.losses.length).toBeGreaterThan(3);
    expect((await as('read').ask('GET', `/v1/heads/${HEAD}/versions/none`)).status).toBe(404);
    expect((await as('read').ask('GET', '/v1/heads/nobody')).status).toBe(404);
  });

  it('lets a version serve, compares another with it, and goes back', async () => {
    const admin = as('admin');
    const compare = `/v1/heads/${HEAD}/compare?version=second`;
    expect((await admin.ask('GET', compare)).status).toBe(409);
    expect((await admin.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'none' })).status).toBe(404);
    const promoted = await admin.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'first', expectedGeneration: 0 });
    expect(promoted).toMatchObject({ status: 200, body: { version: 'first', generation: 1 } });
    const { body } = await admin.ask<HeadComparison>('GET', compare);
    expect(body).toMatchObject({
      version: { version: 'second' },
      with: { version: 'first', isCurrent: true },
    });
    const [task] = Object.values(body.tasks);
    expect(task).toMatchObject({ on: 'validation', sameRows: true });
    const { version, with: other, change } = task.metrics.accuracy;
    expect(change).toBeCloseTo(Number(version) - Number(other), 12);
    expect(Object.keys(task.f1)).toEqual(['account', 'delivery', 'refund']);
    // Serving already: nothing changes, and nothing is written down.
    await admin.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'first' });
    expect((await admin.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'second', expectedGeneration: 0 })).status).toBe(409);
    await admin.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'second' });
    expect((await admin.ask<Head>('GET', `/v1/heads/${HEAD}`)).body).toMatchObject({ current: { version: 'second' }, rollbackTo: 'first' });
    const back = await admin.ask('POST', `/v1/heads/${HEAD}/rollback`, {});
    expect(back).toMatchObject({ status: 200, body: { version: 'first', generation: 3 } });
    expect((await admin.ask('POST', `/v1/heads/${HEAD}/rollback`, {})).status).toBe(409);
    expect(await new ModelStore(place.models).current(HEAD)).toMatchObject({ version: 'first', generation: 3 });
  });

  it('notices what was promoted in the model store itself', async () => {
    await new ModelStore(place.models).promote(HEAD, 'second');
    const noticed = async () =>
      (await as('read').ask<{ items: AuditEntry[] }>('GET', '/v1/audit?action=version.noticed')).body.items.map(({ subject }) => subject);
    await until(async () => (await noticed()).length > 0);
    expect(await noticed()).toEqual(['second']);
    expect(service.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('has written down who did what, page by page', async () => {
    const entries: AuditEntry[] = [];
    for (let cursor = ''; ;) {
      const { body } = await as('read').ask<{ items: AuditEntry[]; nextCursor?: string }>('GET', `/v1/audit?limit=3${cursor}`);
      entries.push(...body.items);
      if (body.nextCursor === undefined) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(entries.reverse().map(({ actor, action }) => `${actor}: ${action}`)).toEqual([
      'writer: dataset.created',
      'writer: job.created',
      'writer: job.created',
      'trainer: job.succeeded',
      'trainer: job.succeeded',
      'owner: version.promoted',
      'owner: version.promoted',
      'owner: version.rolled-back',
      'trainer: version.noticed',
    ]);
    expect((await as('read').ask('GET', '/v1/audit?cursor=made-up')).status).toBe(400);
  });

  it('deletes rows that no training needs any more', async () => {
    expect((await as('write').ask('DELETE', `/v1/datasets/${dataset.id}`)).status).toBe(204);
    expect((await as('read').ask('GET', `/v1/datasets/${dataset.id}`)).status).toBe(404);
    const { items } = (await as('read').ask<{ items: HeadVersion[] }>('GET', `/v1/heads/${HEAD}/versions`)).body;
    expect(items[0].dataset).toEqual({ id: dataset.id });
  });
});
