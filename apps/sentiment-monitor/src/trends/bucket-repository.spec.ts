import { join } from 'node:path';
import { bucketChanges, dueMerges, MINUTE, trendPoints, type CountBucket, type CountedDocument } from '@attune/opinion';
import { openDatabase, type Database } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { BucketRepository } from './bucket-repository';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 1, 9, 30);
const EVER = [new Date(0), new Date(NOW + DAY)] as const;

describe('BucketRepository', () => {
  let database: Database;
  let buckets: BucketRepository;
  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [join(__dirname, '../../migrations')] });
    buckets = new BucketRepository(database);
  }, 180_000);
  afterAll(() => database.close());
  beforeEach(() => database.query((orm) => orm.execute(sql`truncate buckets`)));

  const at = (publishedAt: number): CountedDocument => ({
    publishedAt,
    label: 'negative',
    score: -0.5,
    deltas: [{ at: publishedAt, label: 'negative', delta: 1 }],
  });
  const add = (documents: readonly CountedDocument[]): Promise<void> =>
    database.transaction((tx) =>
      buckets.add(
        tx,
        bucketChanges(documents).map((bucket) => ({ ...bucket, watchId: 'w' })),
      ),
    );
  const totals = (rows: readonly CountBucket[]): unknown => ({
    documents: rows.reduce((sum, { documents }) => sum + documents.negative, 0),
    stories: rows.reduce((sum, { stories }) => sum + stories.negative, 0),
    score: rows.reduce((sum, { scoreSum }) => sum + scoreSum, 0),
  });

  it('adds what comes, and takes back what moves', async () => {
    await add([at(NOW), at(NOW + 1_000)]);
    await add([{ ...at(NOW - HOUR), deltas: [{ at: NOW, label: 'negative', delta: -1 }] }]);
    expect(totals(await buckets.read('w', ...EVER))).toEqual({ documents: 3, stories: 1, score: -1.5 });
  });

  it('keeps all counts when they grow old, whatever comes late and however often they are merged', async () => {
    const documents = Array.from({ length: 200 }, (_, index) => at(NOW - index * 3 * DAY - index * 7 * MINUTE));
    await add(documents.slice(0, 150));
    const before = totals(await buckets.read('w', ...EVER));
    for (const merge of dueMerges(NOW)) expect(await buckets.merge(merge)).toBeGreaterThan(0);
    expect(totals(await buckets.read('w', ...EVER))).toEqual(before);
    await add(documents.slice(150));
    for (const merge of [...dueMerges(NOW), ...dueMerges(NOW)]) await buckets.merge(merge);
    const rows = await buckets.read('w', ...EVER);
    expect(totals(rows)).toEqual({ documents: 200, stories: 200, score: -100 });
    for (const { start } of rows) {
      if (start < NOW - 8 * DAY) expect(start % HOUR).toBe(0);
      if (start < NOW - 366 * DAY) expect(start % DAY).toBe(0);
    }
    const points = trendPoints(rows, NOW - 600 * DAY, NOW + DAY, DAY);
    expect(points.reduce((sum, point) => sum + point.documents.negative, 0)).toBe(200);
  });
});
