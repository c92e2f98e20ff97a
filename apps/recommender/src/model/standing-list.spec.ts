import { StandingList } from './standing-list';

describe('a standing list', () => {
  const SIZE = 500;
  let values: number[];
  let looks: number;
  let list: StandingList;
  beforeEach(() => {
    values = Array.from({ length: SIZE }, (_, place) => (place * 7_919) % SIZE);
    looks = 0;
    list = new StandingList(10);
  });

  const find = (): Promise<readonly number[]> =>
    list.find(values.length, (place) => {
      looks += 1;
      return values[place];
    });
  const expected = (): number[] =>
    [...values.keys()]
      .filter((place) => values[place] > -Infinity)
      .sort((a, b) => values[b] - values[a] || a - b)
      .slice(0, 10);
  const change = (place: number, value: number): void => {
    values[place] = value;
    list.touch(place);
  };

  it('is that of all values, whatever rises and falls', async () => {
    expect(await find()).toEqual(expected());
    for (let round = 0; round < 300; round++) {
      // Above all at times, below all at others, gone now and then; always different.
      const place = (round * 31) % values.length;
      change(place, round % 5 === 0 ? -Infinity : ((round * 104_729) % 3_001) / 3 - 200 + round / 1_000);
      if (round % 3 === 0) change(expected()[round % 10], -round - 1_000);
      if (round % 7 === 0) {
        values.push(600 + round);
        list.touch(values.length - 1);
      }
      expect(await find()).toEqual(expected());
    }
  });

  it('looks at what changed alone', async () => {
    await find();
    looks = 0;
    change(3, 1_000);
    expect(list.isStale).toBe(true);
    expect((await find())[0]).toBe(3);
    expect(list.isStale).toBe(false);
    expect(looks).toBeLessThan(60);
  });

  it('may have fewer than are asked for, and none', async () => {
    values = [-Infinity, 5, -Infinity];
    expect(await find()).toEqual([1]);
    change(1, -Infinity);
    expect(await find()).toEqual([]);
    change(2, 1);
    expect(await find()).toEqual([2]);
  });
});
