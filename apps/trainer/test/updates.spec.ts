import { createHash } from 'node:crypto';
import type { FeedbackErasure, FeedbackReceipt, FeedbackRow, TrainingJob, TrainingSet } from '@attune/contracts';
import { createDatabase, dropDatabase } from '@attune/storage';
import { describeWithReal, realPostgres, until } from '@attune/testing';
import { HEAD, LONG } from './running-trainer';
import { UpdatePlace } from './update-place';

const PATH = `/v1/heads/${HEAD}`;
const numbered = (what: string, count: number) => Array.from({ length: count }, (_, at) => ({ text: `${what} ${at}`, label: 'delivery' }));

/** What becomes of corrections, and of the updates that learn from them. */
function specsOfUpdates(storage: () => Promise<Record<string, string>>): void {
  let place: UpdatePlace;
  const ask = <Body>(method: string, path: string, body?: unknown) => place.client.ask<Body>(method, `${PATH}${path}`, body);
  const setOfNow = async (): Promise<TrainingSet> => (await ask<TrainingSet>('POST', '/training-sets')).body;
  const outcomeOf = ({ status, ...job }: TrainingJob) => [status, 'verdict' in job ? job.verdict?.outcome : undefined];

  beforeAll(async () => {
    place = await UpdatePlace.make(await storage());
    await place.goldenThatSays('as good');
  }, LONG);
  afterAll(() => place.remove(), LONG);

  it('counts a text with its label once, whoever gives it, and flags other labels', async () => {
    const anna = { text: 'Where is my  parcel?', label: 'delivery', subject: 'anna', source: 'chat' };
    const first = await ask<FeedbackReceipt>('POST', '/feedback', {
      rows: [anna, { ...anna, text: 'where is my parcel?', subject: 'ben' }],
    });
    expect(first.body).toMatchObject({ received: 2, added: 1, duplicates: 1, conflicts: 0 });
    const again = await ask<FeedbackReceipt>('POST', '/feedback', { rows: [anna, { ...anna, label: 'refund', subject: 'cleo' }] });
    expect(again.body).toMatchObject({ received: 2, added: 1, duplicates: 1, conflicts: 1 });
    const [refund, delivery] = await place.rows();
    expect(delivery).toMatchObject({ text: 'where is my parcel?', label: 'delivery', state: 'pending' });
    expect(delivery.origins.map(({ subject, receivedBy }) => [subject, receivedBy])).toEqual([
      ['anna', 'anonymous'],
      ['ben', 'anonymous'],
    ]);
    expect(delivery.conflicts).toEqual([{ id: refund.id, label: 'refund', state: 'pending' }]);
    expect(refund.conflicts).toEqual([{ id: delivery.id, label: 'delivery', state: 'pending' }]);
    expect((await place.rows('&subject=ben')).map(({ id }) => id)).toEqual([delivery.id]);
  });

  it('approves one label of a text, all rows of a review or none', async () => {
    const [refund, delivery] = (await place.rows()).map(({ id }) => id);
    expect((await place.review([refund, delivery], 'approved')).status).toBe(409);
    expect((await place.review([delivery, 'nobody'], 'approved')).status).toBe(404);
    expect((await place.rows()).map(({ state }) => state)).toEqual(['pending', 'pending']);
    expect((await place.review([delivery], 'approved')).status).toBe(200);
    expect((await place.review([refund], 'approved')).status).toBe(409);
    expect((await place.review([refund], 'rejected')).status).toBe(200);
    const [one, other] = await place.rows();
    expect([one, other].map(({ state, decidedBy }) => [state, decidedBy])).toEqual([
      ['rejected', 'anonymous'],
      ['approved', 'anonymous'],
    ]);
    expect(other.conflicts).toEqual([]);
  });

  it('refuses what the head cannot learn from, and of a file those rows alone', async () => {
    const rows = [
      { text: 'a', label: 'b' },
      { text: 'a', pair: 'c', label: 'b' },
      { text: 'a', label: ['b', 'c'] },
    ];
    const { status, body } = await ask<{ errors: { path: string }[] }>('POST', '/feedback', { rows });
    expect({ status, paths: body.errors.map(({ path }) => path) }).toEqual({
      status: 400,
      paths: ['body.rows.1.pair', 'body.rows.2.label'],
    });
    expect((await place.client.ask('POST', '/v1/heads/nobody/feedback', { rows: [rows[0]] })).status).toBe(404);
    const before = (await place.rows()).length;
    const lines = ['{"text":"the courier is late","label":"delivery"}', 'no JSON', '{"text":"x"}', JSON.stringify(rows[1])];
    const answer = await fetch(`${place.service.url}${PATH}/feedback/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    expect(await answer.json()).toMatchObject({ received: 4, added: 1, refusedRows: 3, refused: [{ row: 2 }, { row: 3 }, { row: 4 }] });
    expect(await place.rows()).toHaveLength(before + 1);
  });

  it('lists them page by page, the newest first', async () => {
    const texts: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask<{ items: FeedbackRow[]; nextCursor?: string }>('GET', `/feedback?limit=2${cursor}`);
      texts.push(...body.items.map(({ text }) => text));
      if (body.nextCursor === undefined) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(texts).toEqual((await place.rows()).map(({ text }) => text));
    expect(texts[0]).toBe('the courier is late');
  });

  it('makes a version of the training set of what is approved, a new one when that has changed', async () => {
    await place.approve(numbered('my order', 20));
    const first = await setOfNow();
    expect(first).toMatchObject({ number: 1, removed: 0, erased: 0, createdBy: 'anonymous' });
    expect(first).not.toHaveProperty('parent');
    expect(first.rows + first.recentRows).toBe(first.added);
    expect(await setOfNow()).toEqual(first);
    const answer = await fetch(`${place.service.url}${PATH}/training-sets/1/rows`);
    const file = await answer.text();
    expect(createHash('sha256').update(file).digest('hex')).toBe(first.sha256);
    const lines = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string; label: string });
    expect(lines).toHaveLength(first.rows);
    expect(Object.keys(lines[0])).toEqual(['text', 'label']);
    const taken = (await place.rows()).find(({ text }) => text === lines[1].text);
    await place.review([String(taken?.id)], 'rejected');
    await place.approve(numbered('the lamp', 2));
    expect(await setOfNow()).toMatchObject({ number: 2, parent: 1, added: 2, removed: 1 });
    expect((await ask<{ items: TrainingSet[] }>('GET', '/training-sets')).body.items.map(({ number }) => number)).toEqual([2, 1]);
    expect((await ask<TrainingSet>('GET', '/training-sets/1')).body).toEqual(first);
    expect((await ask('GET', '/training-sets/3')).status).toBe(404);
  });

  it(
    'lets a person decide where it is told to ask, and takes on one update at a time',
    async () => {
      const release = await place.hold();
      const job = await place.begin({ promote: 'ask' });
      expect((await ask('POST', '/update', {})).status).toBe(409);
      expect((await ask('DELETE', '/feedback?subject=anna')).status).toBe(200);
      expect((await ask('DELETE', '/feedback?subject=ben')).status).toBe(409);
      await release();
      expect(outcomeOf(await place.ended(job))).toEqual(['succeeded', 'waits']);
      expect(await place.serving()).toBe('first');
      expect((await ask('POST', '/promote', { version: job.version })).status).toBe(200);
    },
    LONG,
  );

  it(
    'does not promote over a version that was promoted meanwhile',
    async () => {
      const release = await place.hold();
      const job = await place.begin();
      await until(async () => (await place.client.job(job.id)).status === 'running');
      await until(async () => (await place.client.job(job.id)).progress?.notes.length === 1);
      await place.store.promote(HEAD, 'first');
      await release();
      expect(outcomeOf(await place.ended(job))).toEqual(['succeeded', 'overtaken']);
      expect(await place.serving()).toBe('first');
    },
    LONG,
  );

  it(
    'goes on with an update after the service was killed',
    async () => {
      const release = await place.hold();
      const job = await place.begin();
      await until(async () => (await place.client.job(job.id)).progress?.notes.length === 1);
      await place.service.stop('SIGKILL');
      await release();
      await place.start();
      const end = await place.ended(job);
      expect(outcomeOf(end)).toEqual(['succeeded', 'promoted']);
      expect(end.attempts).toBe(2);
      expect(await place.serving()).toBe(job.version);
    },
    LONG,
  );

  it(
    'begins updates by the clock, of what was newly approved and of nothing else',
    async () => {
      await place.service.stop();
      await place.start({ ATTUNE_UPDATE_SCHEDULE: '* * * * * *', ATTUNE_UPDATE_LEAST_ROWS: '3', ATTUNE_UPDATE_PROMOTE: 'ask' });
      const jobs = async () => (await place.client.ask<{ items: TrainingJob[] }>('GET', '/v1/jobs?kind=update')).body.items;
      const before = (await jobs()).length;
      await place.approve(numbered('the chair', 2));
      const skips = () => place.service.log.filter(({ msg }) => msg === 'no update is due');
      const skipped = skips().length;
      await until(() => Promise.resolve(skips().length > skipped + 1));
      expect(skips().at(-1)?.reason).toContain('2 corrections of support were approved since the last update; 3 are wanted.');
      expect(await jobs()).toHaveLength(before);
      await place.approve(numbered('the clock', 1));
      await until(async () => (await jobs()).length > before);
      const [job] = await jobs();
      expect(job).toMatchObject({ kind: 'update', createdBy: 'trainer', input: { promote: 'ask' } });
      expect(outcomeOf(await place.ended(job))).toEqual(['succeeded', 'waits']);
      await place.service.stop();
      await place.start();
    },
    LONG,
  );

  it(
    "names what learnt from a person's rows, and what went on from that",
    async () => {
      await place.approve(Array.from({ length: 10 }, (_, at) => ({ text: `dora asks ${at}`, label: 'refund', subject: 'dora' })));
      const learnt = await place.ended(await place.begin());
      const dora = await place.rows('&subject=dora');
      await place.review(
        dora.map(({ id }) => id),
        'rejected',
      );
      const after = await place.ended(await place.begin());
      expect([learnt, after].map(outcomeOf)).toEqual([
        ['succeeded', 'promoted'],
        ['succeeded', 'promoted'],
      ]);
      const number = learnt.kind === 'update' ? learnt.input.trainingSet : 0;
      const { body } = await ask<FeedbackErasure>('DELETE', '/feedback?subject=dora');
      expect(body).toEqual({
        rows: 10,
        trainingSets: [number],
        versions: expect.arrayContaining([
          { version: learnt.version, isCurrent: false, through: [] },
          { version: after.version, isCurrent: true, through: [learnt.version] },
        ]) as unknown,
      });
      expect(body.versions).toHaveLength(2);
      expect((await ask<TrainingSet>('GET', `/training-sets/${number}`)).body.erased).toBe(10);
      // Ben gave a row that Anna, whose name is gone, had given as well.
      expect((await ask<FeedbackErasure>('DELETE', '/feedback?subject=ben')).body.rows).toBe(1);
      expect(await place.rows('&subject=ben')).toEqual([]);
      expect((await ask<FeedbackErasure>('DELETE', '/feedback?subject=nobody')).body).toEqual({ rows: 0, trainingSets: [], versions: [] });
      // What was deleted from is not learnt from again: a new version takes its place.
      expect((await setOfNow()).erased).toBe(0);
    },
    LONG,
  );

  it(
    'stores nothing that the gate stops',
    async () => {
      const golden = await place.goldenThatSays('worse');
      const serving = await place.serving();
      const job = await place.ended(await place.begin());
      expect(job).toMatchObject({ status: 'refused', verdict: { passed: false, outcome: 'stopped', serving } });
      expect(job.kind === 'update' && job.verdict?.reasons).toEqual([
        'intent on the golden rows: 0.5000, and 0.9000 now; the limit is 0.8950',
      ]);
      expect(await place.serving()).toBe(serving);
      expect((await place.store.list(HEAD)).map(({ version }) => version)).not.toContain(job.version);
      // Updates go by it, so that it stays.
      expect((await place.client.ask('DELETE', `/v1/datasets/${golden}`)).status).toBe(409);
      expect(place.service.log.filter(({ level }) => level === 'error')).toEqual([]);
    },
    LONG,
  );
}

describe('the updates of the trainer', () => {
  describe('on the embedded database', () => specsOfUpdates(() => Promise.resolve({})));
  describeWithReal(realPostgres, 'on PostgreSQL', (url) => {
    const database = 'attune_trainer_updates';
    specsOfUpdates(async () => ({ DATABASE_URL: await createDatabase(url(), database) }));
    afterAll(() => dropDatabase(url(), database));
  });
});
