import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Popularity, type Catalogue } from '@attune/ranking';
import { createDatabase, dropDatabase, openDatabase, type Database } from '@attune/storage';
import { describeWithReal, realPostgres } from '@attune/testing';
import { sql } from 'drizzle-orm';
import { BehaviourRepository } from '../src/behaviour/behaviour-repository';
import { FollowedPopularity } from '../src/model/followed-popularity';

const migrations = [{ name: 'recommender', folder: join(__dirname, '../migrations') }];
const ITEMS = ['lamp', 'kettle'];

/** The parts of a catalogue that popularity is followed in, with no head behind them. */
function emptyCatalogue(): Catalogue {
  const behaviour = { typeWeights: {}, defaultWeight: 1, recency: 5, tasteRecency: 5, longestHistory: 100, popularityDays: 30 };
  const placeOf = (id: string): number | undefined => (ITEMS.includes(id) ? ITEMS.indexOf(id) : undefined);
  return { scoring: { behaviour, trainedAt: 0 }, placeOf, popularity: new Popularity(30, Date.now()) } as unknown as Catalogue;
}

/** A process that follows what is written. */
class Follower {
  private readonly catalogue = emptyCatalogue();
  private readonly followed: FollowedPopularity;

  constructor(database: Database) {
    this.followed = new FollowedPopularity(this.catalogue, new BehaviourRepository(database), () => undefined);
  }

  /** Events counted of each item. */
  async counts(): Promise<number[]> {
    await this.followed.fetch();
    return ITEMS.map((_, place) => this.catalogue.popularity.total(place));
  }
}

/** What holds on every database. */
function describeFollowing(given: () => Database): void {
  const record = (user: string, item: string, events = 1): Promise<number> =>
    new BehaviourRepository(given()).record(
      Array.from({ length: events }, () => ({ id: randomUUID(), user, item, type: 'viewed', at: new Date().toISOString() })),
    );
  const forget = (user: string): Promise<number> => given().transaction((tx) => new BehaviourRepository(given()).forget(tx, user, 100));

  beforeEach(() => given().query((orm) => orm.execute(sql`truncate events, forgotten_events`)));

  it('counts what is done, and takes back what is deleted', async () => {
    await record('ada', 'lamp', 2);
    const follower = new Follower(given());
    expect(await follower.counts()).toEqual([2, 0]);
    await record('bo', 'lamp');
    await record('bo', 'kettle');
    expect(await follower.counts()).toEqual([3, 1]);
    await forget('ada');
    expect(await follower.counts()).toEqual([1, 1]);
    expect(await follower.counts()).toEqual([1, 1]);
  });

  it('takes nothing back that came and went since it last looked', async () => {
    await record('ada', 'lamp', 3);
    const follower = new Follower(given());
    expect(await follower.counts()).toEqual([3, 0]);
    await record('bo', 'lamp', 2);
    await forget('bo');
    await record('cy', 'kettle');
    expect(await follower.counts()).toEqual([3, 1]);
    expect(await new Follower(given()).counts()).toEqual([3, 1]);
  });

  it('begins without what was deleted before, be it all', async () => {
    await record('ada', 'lamp', 3);
    await forget('ada');
    const follower = new Follower(given());
    expect(await follower.counts()).toEqual([0, 0]);
    await record('bo', 'lamp');
    expect(await follower.counts()).toEqual([1, 0]);
  });
}

describe('popularity that is followed, on the embedded database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations, vectors: true });
  }, 180_000);
  afterAll(() => database.close());
  describeFollowing(() => database);
});

describeWithReal(realPostgres, 'popularity that is followed, on PostgreSQL', (server) => {
  const name = `attune_popularity_${randomUUID()}`;
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ url: await createDatabase(server(), name), migrations, vectors: true });
  });
  afterAll(async () => {
    await database.close();
    await dropDatabase(server(), name);
  });
  describeFollowing(() => database);

  it('counts each event once while other transactions are open, which hold back what is read in the order of commits', async () => {
    const behaviour = new BehaviourRepository(database);
    const event = (user: string) => ({ id: randomUUID(), user, item: 'lamp', type: 'viewed' as const, at: new Date().toISOString() });
    const follower = new Follower(database);
    await behaviour.record([event('ada'), event('bo')]);
    expect(await follower.counts()).toEqual([2, 0]);
    let late: Follower | undefined;
    await database.transaction(async (tx) => {
      // From here on nothing is told of until this transaction ends.
      await tx.execute(sql`select pg_current_xact_id()`);
      await behaviour.record([event('cy')]);
      await database.transaction((other) => behaviour.forget(other, 'ada', 10));
      expect(await follower.counts()).toEqual([2, 0]);
      late = new Follower(database);
      expect(await late.counts()).toEqual([2, 0]);
    });
    expect(await follower.counts()).toEqual([2, 0]);
    expect(await late?.counts()).toEqual([2, 0]);
    await database.transaction((tx) => behaviour.forget(tx, 'bo', 10));
    expect(await follower.counts()).toEqual([1, 0]);
    expect(await late?.counts()).toEqual([1, 0]);
  });
});
