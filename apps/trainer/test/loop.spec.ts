import { readFile } from 'node:fs/promises';
import type {
  AuditEntry,
  Dataset,
  FeedbackErasure,
  FeedbackReceipt,
  FeedbackRow,
  Head,
  HeadVersion,
  ModelDrift,
  ModelShadow,
  TrainingJob,
  TrainingSet,
} from '@attune/contracts';
import { createApiKey } from '@attune/service-kit';
import { until, type RunningService, type TinyDatasetRow } from '@attune/testing';
import { HEAD, LoopPlace } from './loop-place';
import { LONG, TrainerClient } from './running-trainer';
import { ServiceLoad } from './service-load';

const OWNER = createApiKey('owner', 'admin');
const PATH = `/v1/heads/${HEAD}`;
/** Other work on the machine may make either version look slow. */
const LIMITS = { slowdown: 1_000 };
/** Corrections: enough that those kept aside are judged by. */
const ROWS = 160;

/** From corrections to what serves, and back. */
describe('the loop of a head that serves', () => {
  let place: LoopPlace;
  let trainer: RunningService;
  let service: RunningService;
  let good: TinyDatasetRow[];
  let updated: string;
  const client = new TrainerClient(() => trainer, { authorization: `Bearer ${OWNER.key}` });
  const serving = async (): Promise<string | undefined> => (await client.ask<Head>('GET', PATH)).body.current?.version;
  const actions = async (): Promise<string[]> =>
    (await client.ask<{ items: AuditEntry[] }>('GET', `/v1/audit?head=${HEAD}&limit=200`)).body.items
      .reverse()
      .map(({ actor, action }) => `${actor}: ${action}`);
  const handIn = async (rows: readonly object[], source = 'spec'): Promise<FeedbackReceipt> => {
    const answer = await fetch(`${trainer.url}${PATH}/feedback/import?source=${source}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${OWNER.key}`, 'content-type': 'application/x-ndjson' },
      body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    });
    return (await answer.json()) as FeedbackReceipt;
  };
  const approvePending = async (): Promise<FeedbackRow[]> => {
    const { items } = (await client.ask<{ items: FeedbackRow[] }>('GET', `${PATH}/feedback?state=pending&limit=200`)).body;
    const ids = items.map(({ id }) => id);
    return (await client.ask<{ items: FeedbackRow[] }>('POST', `${PATH}/feedback/review`, { ids, state: 'approved' })).body.items;
  };
  const update = async (request: object = {}): Promise<TrainingJob> => {
    const { status, body } = await client.ask<TrainingJob>('POST', `${PATH}/update`, request);
    expect({ status, body }).toMatchObject({ status: 202, body: { kind: 'update', status: 'queued' } });
    await client.follow(body.id);
    return client.job(body.id);
  };
  const serves = (version: string): boolean =>
    service.log.some(({ msg, version: named }) => msg === 'another version of the model serves' && named === version);

  beforeAll(async () => {
    place = await LoopPlace.make();
    trainer = await place.startTrainer({ ATTUNE_API_KEYS: OWNER.entry });
    place.rows(1, 120);
    place.rows(2, 90);
    good = place.rows(3, ROWS);
    const columns = { text: 'text', label: 'label' };
    const rows = (await client.upload(await readFile(place.file(1)))).body;
    const golden = (await client.upload<Dataset>(await readFile(place.file(2)), 'text/csv', 'golden')).body;
    const first = await client.train({ head: HEAD, dataset: rows.id, columns, version: 'first' });
    expect((await client.follow(first.id)).at(-1)).toMatchObject({ status: 'succeeded' });
    await client.ask('POST', `${PATH}/promote`, { version: 'first' });
    const settings = { golden: golden.id, replay: [rows.id], limits: LIMITS };
    expect((await client.ask('PUT', `${PATH}/update-settings`, settings)).status).toBe(200);
    service = await place.startCustomerService();
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await trainer.stop();
    await place.remove();
  }, LONG);

  it('learns from nothing that nobody approved', async () => {
    const rows = good.map((row, at) => ({ ...row, ...(at === 0 ? { subject: 'anna' } : {}) }));
    expect(await handIn(rows)).toMatchObject({ received: ROWS, added: ROWS, duplicates: 0, conflicts: 0 });
    expect(await client.ask('POST', `${PATH}/update`, {})).toMatchObject({ status: 409 });
    expect(await approvePending()).toHaveLength(ROWS);
    expect(await client.ask('POST', `${PATH}/update`, { leastNewRows: ROWS + 1 })).toMatchObject({ status: 409 });
  });

  it(
    'lets an update serve that passes its gate, and no request fails while it takes the place of the one before',
    async () => {
      const load = new ServiceLoad(
        service,
        good.map(({ text }) => text),
        4,
      );
      const job = await update();
      await until(() => Promise.resolve(serves(job.version)));
      const atSwap = load.answered;
      await until(() => Promise.resolve(load.answered > atSwap + 20));
      await load.stop();
      expect(load.failures).toEqual([]);
      const { body } = await service.request('GET', '/v1/models/drift');
      expect(body).toMatchObject({ items: [{ model: HEAD, version: job.version, rows: expect.any(Number) as number }] });
      expect((body as { items: ModelDrift[] }).items[0].rows).toBeGreaterThan(0);
      expect(job).toMatchObject({
        status: 'succeeded',
        input: { trainingSet: 1 },
        verdict: { serving: 'first', passed: true, outcome: 'promoted', faults: [], shadow: { texts: ROWS } },
      });
      expect(job.kind === 'update' && job.verdict?.sets.map(({ set }) => set)).toEqual(['golden', 'recent']);
      expect(await serving()).toBe(job.version);
      updated = job.version;
    },
    LONG,
  );

  it('says which data made it', async () => {
    const set = (await client.ask<TrainingSet>('GET', `${PATH}/training-sets/1`)).body;
    const { items } = (await client.ask<{ items: HeadVersion[] }>('GET', `${PATH}/versions`)).body;
    const made = items.find(({ version }) => version === updated);
    expect(made).toMatchObject({ trainingSet: 1, from: 'first' });
    expect(made?.trainingData?.files).toContainEqual({ file: `${HEAD}-1-train.jsonl`, rows: set.rows, sha256: set.sha256 });
    expect(set.rows + set.recentRows).toBe(ROWS);
  });

  it(
    'stops an update whose labels are wrong, and goes on serving',
    async () => {
      const turned: Record<string, string> = { account: 'delivery', delivery: 'refund', refund: 'account' };
      await handIn(place.rows(4, 150).map(({ text, label }) => ({ text, label: turned[label] })));
      await approvePending();
      const job = await update({ promote: 'pass' });
      expect(job).toMatchObject({ status: 'refused', input: { trainingSet: 2 }, verdict: { passed: false, outcome: 'stopped' } });
      expect(job.kind === 'update' && job.verdict?.reasons.join('\n')).toMatch(/on the golden rows/);
      expect(await serving()).toBe(updated);
      expect(serves(job.version)).toBe(false);
      const { items } = (await client.ask<{ items: HeadVersion[] }>('GET', `${PATH}/versions`)).body;
      expect(items.map(({ version }) => version).sort()).toEqual([updated, 'first'].sort());
    },
    LONG,
  );

  it('goes back with one command', async () => {
    expect(await client.ask('POST', `${PATH}/rollback`, {})).toMatchObject({ status: 200, body: { version: 'first' } });
    await until(() => Promise.resolve(serves('first')));
    expect(await actions()).toEqual([
      'owner: job.created',
      'trainer: job.succeeded',
      'owner: version.promoted',
      'owner: update-settings.changed',
      'owner: feedback.received',
      'owner: feedback.approved',
      'owner: training-set.created',
      'owner: job.created',
      'trainer: version.promoted',
      'trainer: job.succeeded',
      'owner: feedback.received',
      'owner: feedback.approved',
      'owner: training-set.created',
      'owner: job.created',
      'trainer: job.refused',
      'owner: version.rolled-back',
    ]);
  });

  it('lets a version score beside the one that serves, which answers', async () => {
    const input = { version: updated, share: 1 };
    expect(await client.ask('PUT', `${PATH}/shadow`, input)).toMatchObject({ status: 200, body: input });
    const load = new ServiceLoad(
      service,
      good.map(({ text }) => text),
      1,
    );
    const told = async (): Promise<ModelShadow | undefined> =>
      ((await service.request('GET', '/v1/models/shadow')).body as { items: ModelShadow[] }).items.at(0);
    await until(async () => ((await told())?.scored ?? 0) >= 5);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(await told()).toMatchObject({ model: HEAD, version: updated, against: 'first', failed: 0 });
    expect(await client.ask('DELETE', `${PATH}/shadow`)).toMatchObject({ status: 204 });
    await until(async () => (await told()) === undefined);
    expect((await actions()).slice(-2)).toEqual(['owner: shadow.begun', 'owner: shadow.stopped']);
  });

  it("deletes a person's rows, and names what learnt from them", async () => {
    const { text } = good[0];
    const parts = ['train', 'recent'] as const;
    const files = async () => (await Promise.all(parts.map((part) => readFile(place.setFile(1, part), 'utf8')))).join('');
    expect(await files()).toContain(text);
    const { body } = await client.ask<FeedbackErasure>('DELETE', `${PATH}/feedback?subject=anna`);
    expect(body).toMatchObject({ rows: 1, trainingSets: [1, 2] });
    expect(body.versions).toEqual([{ version: updated, isCurrent: false, through: [] }]);
    expect(await files()).not.toContain(text);
    expect((await client.ask<TrainingSet>('GET', `${PATH}/training-sets/1`)).body.erased).toBe(1);
    expect((await client.ask<{ items: FeedbackRow[] }>('GET', `${PATH}/feedback?subject=anna`)).body.items).toEqual([]);
  });
});
