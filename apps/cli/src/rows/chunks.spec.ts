import { chunksOf, mapInOrder } from './chunks';

async function* count(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) yield await Promise.resolve(i);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('chunksOf', () => {
  it.each([
    [0, []],
    [
      4,
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [5, [[0, 1], [2, 3], [4]]],
  ])('groups %d items', async (items, chunks) => {
    expect(await collect(chunksOf(count(items), 2))).toEqual(chunks);
  });
});

describe('mapInOrder', () => {
  it('keeps the order and never has more in flight than allowed', async () => {
    let running = 0;
    let most = 0;
    const slowestFirst = async (item: number): Promise<number> => {
      most = Math.max(most, ++running);
      for (let turn = item; turn < 10; turn++) await Promise.resolve();
      running--;
      return item * 10;
    };
    expect(await collect(mapInOrder(count(7), 3, slowestFirst))).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(most).toBe(3);
  });

  it('passes on the failure of an item when its turn comes', async () => {
    const failing = (item: number): Promise<number> => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item));
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of mapInOrder(count(5), 2, failing)) seen.push(item);
      })(),
    ).rejects.toThrow('two');
    expect(seen).toEqual([0, 1]);
  });
});
