import { join } from 'node:path';
import { watchInputSchema, type AlertEvent, type DocumentSentimentEvent, type TrendEvent, type Watch } from '@attune/contracts';
import { fingerprint, MINUTE, toSentimentEvent } from '@attune/opinion';
import { openDatabase, type Database } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { AlertRepository } from '../alerts/alert-repository';
import { BucketRepository } from '../trends/bucket-repository';
import { WatchDirectory } from '../watches/watch-directory';
import { WatchRepository } from '../watches/watch-repository';
import { WebhookRepository } from '../webhooks/webhook-repository';
import { DetectionClock } from './detection-clock';
import { DetectionService } from './detection-service';
import type { IntakeHorizon } from './intake-horizon';
import { MentionRepository } from './mention-repository';
import { WatchMemories } from './watch-memory';
import { WatchStateRepository } from './watch-state-repository';

const START = Date.UTC(2026, 2, 1, 9);
const LATENESS = 2;

describe('detection and its clock', () => {
  let database: Database;
  let watch: Watch;
  let now = START;
  let takenInUntil = -Infinity;
  let partitions = [0, 1, 2];
  let documents = 0;

  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [join(__dirname, '../../migrations')] });
  }, 180_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    now = START;
    takenInUntil = -Infinity;
    partitions = [0, 1, 2];
    await database.query((orm) => orm.execute(sql`truncate watches, watch_states, mentions, buckets, alerts, attune_outbox, attune_inbox`));
    const input = watchInputSchema.parse({
      name: 'Orbix',
      target: { kind: 'entity', names: ['Orbix'] },
      rules: { windowMinutes: 1, hopMinutes: 1 },
    });
    watch = await new WatchRepository(database).create(input);
  });

  /** An instance of the stage, with nothing in its memory. */
  async function instance(): Promise<{ service: DetectionService; clock: DetectionClock; errors: unknown[] }> {
    const repositories = {
      states: new WatchStateRepository(database),
      mentions: new MentionRepository(database),
      buckets: new BucketRepository(database),
      alerts: new AlertRepository(database),
      webhooks: new WebhookRepository(database),
    };
    const directory = new WatchDirectory(new WatchRepository(database), () => undefined);
    await directory.refresh();
    const service = new DetectionService(database, directory, new WatchMemories(repositories.states, repositories.mentions), repositories, {
      latenessMinutes: LATENESS,
      documentClock: false,
      now: () => now,
      takenInUntil: () => takenInUntil,
    });
    const horizon = { advance: () => Promise.resolve(takenInUntil) } as IntakeHorizon;
    const errors: unknown[] = [];
    const clock = new DetectionClock(repositories.states, service, horizon, {
      partitions: () => partitions,
      onError: (error) => errors.push(error),
      now: () => now,
    });
    return { service, clock, errors };
  }

  /** What a document of so many minutes after the start says, that came in two seconds after its publication. */
  function said(minutes: number): DocumentSentimentEvent {
    const publishedAt = START + minutes * MINUTE;
    const id = `d${(documents += 1)}`;
    return toSentimentEvent({
      document: { id, source: 'spec', publishedAt: new Date(publishedAt).toISOString(), text: `Orbix ${id}` },
      contentHash: id,
      watchId: watch.id,
      sentiment: { label: 'negative', probabilities: { negative: 0.9, neutral: 0.1, positive: 0 }, score: -0.9 },
      sentences: 1,
      topics: [],
      fingerprint: fingerprint(`${id} ${'abcdefghijklmnop'.repeat(documents)}`),
      modelVersion: 'v1',
      receivedAt: new Date(publishedAt + 2_000).toISOString(),
    });
  }

  /** Documents of each window that was told as closed, by its minute. */
  async function windows(): Promise<Record<number, number>> {
    const { rows } = await database.query((orm) =>
      orm.execute<{ value: string }>(
        sql`select convert_from(value, 'UTF8') as value from attune_outbox where topic = 'market.trends' order by sequence`,
      ),
    );
    return Object.fromEntries(
      rows
        .map(({ value }) => (JSON.parse(value) as TrendEvent).data)
        .map(({ start, documents: { negative } }) => [(Date.parse(start) - START) / MINUTE, negative]),
    );
  }

  /** What alerts were told, in their order. */
  async function alerts(): Promise<string[]> {
    const { rows } = await database.query((orm) =>
      orm.execute<{ value: string }>(
        sql`select convert_from(value, 'UTF8') as value from attune_outbox where topic = 'alerts.sentiment' order by sequence`,
      ),
    );
    return rows.map(({ value }) => (JSON.parse(value) as AlertEvent).data.change);
  }

  it('closes the windows of a quiet watch once they are over by the lateness', async () => {
    const { service, clock } = await instance();
    takenInUntil = now;
    await service.process([said(0.5)], 1);
    now = takenInUntil = START + 2.9 * MINUTE;
    await clock.advanceDue();
    expect(await windows()).toEqual({});
    now = takenInUntil = START + 3.1 * MINUTE;
    await clock.advanceDue();
    expect(await windows()).toEqual({ 0: 1 });
  });

  it('waits with windows for documents whose turn has not come, however long that takes', async () => {
    const { service, clock } = await instance();
    takenInUntil = now;
    await service.process([said(0.5)], 1);
    // The stages were away for an hour: what came in meanwhile is taken in one partition of documents after the other.
    now = START + 60 * MINUTE;
    const restarted = await instance();
    await restarted.clock.advanceDue();
    expect(await windows()).toEqual({});
    await restarted.service.process([said(0.6), said(10), said(40), said(59)], 1);
    await clock.advanceDue();
    await restarted.service.process([said(0.7), said(10.1), said(40.1), said(59.1)], 1);
    await restarted.clock.advanceDue();
    expect(await windows()).toEqual({});
    now = takenInUntil = START + 64 * MINUTE;
    await restarted.clock.advanceDue();
    expect(await windows()).toMatchObject({ 0: 3, 10: 2, 40: 2, 59: 2 });
  });

  it('judges news right behind a backfill once it is known that the past has been taken in', async () => {
    const { service, clock } = await instance();
    const past = Array.from({ length: 60 }, (_, index) => said(-1_830 + 30 * index));
    const news = Array.from({ length: 12 }, (_, index) => said(0.02 * index));
    await service.process([...past, ...news], 1);
    now = START + MINUTE;
    await clock.advanceDue();
    expect(await alerts()).toEqual([]);
    takenInUntil = now;
    await clock.advanceDue();
    expect(await alerts()).toEqual(['opened']);
    await clock.advanceDue();
    expect(await alerts()).toEqual(['opened']);
  });

  it('leaves the watches of partitions to those who consume them', async () => {
    const { service, clock } = await instance();
    takenInUntil = now;
    await service.process([said(0.5)], 1);
    now = takenInUntil = START + 10 * MINUTE;
    partitions = [0, 2];
    await clock.advanceDue();
    partitions = [];
    await clock.advanceDue();
    expect(await windows()).toEqual({});
    partitions = [1];
    await clock.advanceDue();
    expect(await windows()).toMatchObject({ 0: 1 });
  });

  it('never collides with the events of its own process', async () => {
    const { service, clock } = await instance();
    takenInUntil = now;
    await service.process([said(0.5)], 1);
    now = takenInUntil = START + 10 * MINUTE;
    await Promise.all([clock.advanceDue(), service.process([said(9)], 1), clock.advanceDue(), service.process([said(9.1)], 1)]);
    now = takenInUntil = START + 13 * MINUTE;
    await clock.advanceDue();
    expect(await windows()).toMatchObject({ 0: 1, 9: 2 });
  });

  it('forgets a watch that was deleted while its last events came in', async () => {
    const { service } = await instance();
    takenInUntil = now;
    await service.process([said(0.5)], 1);
    await new WatchRepository(database).delete(watch.id, async () => undefined);
    now = takenInUntil = START + 10 * MINUTE;
    await (await instance()).clock.advanceDue();
    const { rows } = await database.query((orm) => orm.execute(sql`select watch_id from watch_states`));
    expect(rows).toEqual([]);
  });
});
