import { setImmediate } from 'node:timers/promises';
import type { Companion, SearchedDirectory } from '../resources/revised-directory';
import { VectorMemory, type VectorReader } from './vector-memory';

const ENCODER = { id: 1, dimension: 2 };
/** Angle of what is searched for to east: far enough that the cosines of neighbours differ. */
const AWAY = 0.8;
const SOUTH_EAST = Float32Array.of(Math.cos(AWAY), -Math.sin(AWAY));

/** A directory of ids, changed as `RevisedDirectory` does it. */
class Ids implements SearchedDirectory {
  private readonly companions: Companion[] = [];

  constructor(readonly known: Set<number>) {}

  searched(): Iterable<number> {
    return this.known;
  }

  isSearched(id: number): boolean {
    return this.known.has(id);
  }

  accompany(companion: Companion): void {
    this.companions.push(companion);
  }

  async change(added: readonly number[], removed: readonly number[] = []): Promise<void> {
    const followUps = await Promise.all(this.companions.map((companion) => companion({ added, removed })));
    for (const id of removed) this.known.delete(id);
    for (const id of added) this.known.add(id);
    for (const followUp of followUps) followUp();
  }
}

/** The vectors of a database: the greater the id, the further from east. */
function databaseOf(lacking: ReadonlySet<number> = new Set()): { read: VectorReader; asked: number[] } {
  const asked: number[] = [];
  const read: VectorReader = (_, ids) => {
    asked.push(...ids);
    const there = ids.filter((id) => !lacking.has(id));
    return Promise.resolve(new Map(there.map((id) => [id, Float32Array.of(Math.cos(id / 1_000), Math.sin(id / 1_000))])));
  };
  return { read, asked };
}

describe('vectors in memory beside a directory', () => {
  const found = (memory: VectorMemory, limit = 10): number[] | undefined =>
    memory.search(ENCODER, SOUTH_EAST, limit)?.map(({ textId }) => textId);

  it('are searched once all of them are there', async () => {
    const ids = new Ids(new Set(Array.from({ length: 1_200 }, (_, place) => place + 1)));
    const memory = new VectorMemory(ids, databaseOf().read);
    const held = memory.hold(ENCODER);
    expect(found(memory)).toBeUndefined();
    await held;
    expect(found(memory, 3)).toEqual([1, 2, 3]);
    expect(memory.search({ id: 2, dimension: 2 }, SOUTH_EAST, 3)).toBeUndefined();
    const [nearest] = memory.search(ENCODER, SOUTH_EAST, 1) ?? [];
    expect(nearest.cosine).toBeCloseTo(Math.cos(AWAY + 1 / 1_000), 6);
  });

  it('come and go with what the directory knows, whoever wrote it', async () => {
    const ids = new Ids(new Set([10, 20]));
    const memory = new VectorMemory(ids, databaseOf().read);
    await memory.hold(ENCODER);
    await ids.change([5, 15]);
    expect(found(memory)).toEqual([5, 10, 15, 20]);
    await ids.change([7], [5, 10]);
    expect(found(memory)).toEqual([7, 15, 20]);
    await ids.change([7], [7]);
    expect(found(memory)).toEqual([7, 15, 20]);
  });

  it('are all there in the end where the directory changes while they are loaded', async () => {
    const ids = new Ids(new Set(Array.from({ length: 2_000 }, (_, place) => 100 + place)));
    const memory = new VectorMemory(ids, databaseOf().read);
    const held = memory.hold(ENCODER);
    for (let number = 1; number <= 20; number++) {
      await setImmediate();
      await ids.change([number], [100 + number]);
    }
    await held;
    await memory.hold(ENCODER);
    expect(found(memory, 22)).toEqual([...Array.from({ length: 20 }, (_, place) => place + 1), 100, 121]);
  });

  it('that the database does not have yet are looked for again, and alone', async () => {
    const lacking = new Set([2]);
    const { read, asked } = databaseOf(lacking);
    const memory = new VectorMemory(new Ids(new Set([1, 2, 3])), read);
    await memory.hold(ENCODER);
    expect(found(memory)).toEqual([1, 3]);
    lacking.clear();
    asked.length = 0;
    await memory.hold(ENCODER);
    expect(found(memory)).toEqual([1, 2, 3]);
    expect(asked).toEqual([2]);
  });

  it('are left to the database where loading fails or is ended, until they are held again', async () => {
    let isAway = true;
    const { read } = databaseOf();
    const memory = new VectorMemory(new Ids(new Set([1])), (encoder, ids) =>
      isAway ? Promise.reject(new Error('away')) : read(encoder, ids),
    );
    await expect(memory.hold(ENCODER)).rejects.toThrow('away');
    expect(found(memory)).toBeUndefined();
    isAway = false;
    await memory.hold(ENCODER, AbortSignal.abort());
    expect(found(memory)).toBeUndefined();
    await memory.hold(ENCODER);
    expect(found(memory)).toEqual([1]);
  });

  it('are left to the database where there are more than fit', async () => {
    const ids = new Ids(new Set(Array.from({ length: 100_001 }, (_, place) => place + 1)));
    const { read, asked } = databaseOf();
    const memory = new VectorMemory(ids, read);
    await memory.hold(ENCODER);
    expect(found(memory)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('are held of two encoders: of a third one, those that were asked for longest ago are let go', async () => {
    const memory = new VectorMemory(new Ids(new Set([1])), databaseOf().read);
    for (const id of [1, 2, 1, 3]) await memory.hold({ id, dimension: 2 });
    expect([1, 2, 3].map((id) => memory.search({ id, dimension: 2 }, SOUTH_EAST, 1)?.length)).toEqual([1, undefined, 1]);
  });
});
