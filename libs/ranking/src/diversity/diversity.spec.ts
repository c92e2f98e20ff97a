import { applyQuotas, diversify } from './diversify';
import { explore } from './explore';

describe('diversify', () => {
  const items = [
    { score: 10, vector: [1, 0] },
    { score: 9, vector: [1, 0] },
    { score: 5, vector: [0, 1] },
    { score: 0, vector: [0, -1] },
  ];
  it('keeps the order of the scores without diversity', () => expect(diversify(items, 4, 0)).toEqual([0, 1, 2, 3]));
  it('puts what is alike further down', () => expect(diversify(items, 3, 0.4)).toEqual([0, 2, 1]));
  it('looks at likeness alone in the end', () => expect(diversify(items, 3, 1)).toEqual([0, 2, 3]));
  it('gives what there is', () => {
    expect(diversify([], 5, 0.5)).toEqual([]);
    expect(diversify(items.slice(0, 2), 5, 1)).toEqual([0, 1]);
  });
});

describe('quotas', () => {
  const categories = [['a'], ['a'], ['a'], ['b'], ['c'], ['b']];
  it('pass over what is full', () => expect(applyQuotas(categories, 4, [{ category: 'a', atMost: 1 }])).toEqual([0, 3, 4, 5]));
  it('keep places free for what is owed', () => expect(applyQuotas(categories, 3, [{ category: 'b', atLeast: 2 }])).toEqual([0, 3, 5]));
  it('do not wait for what there is none of', () => expect(applyQuotas(categories, 3, [{ category: 'd', atLeast: 2 }])).toEqual([0, 1, 2]));
  it('fill the list where more is owed than there is', () =>
    expect(applyQuotas(categories, 3, [{ category: 'c', atLeast: 2 }])).toEqual([0, 1, 4]));
});

describe('exploration', () => {
  const ranked = [...Array(100).keys()];
  const uniform = (): (() => number) => {
    let state = 7;
    return () => (state = (state * 16807) % 2147483647) / 2147483647;
  };
  it('gives away its share of places, never the first', () => {
    const { list, explored } = explore(ranked, 10, 0.3, uniform());
    expect(explored.size).toBe(3);
    expect(new Set(list).size).toBe(10);
    list.forEach((item, position) => expect(explored.has(position) ? item >= 10 : item === position).toBe(true));
    expect(explored.has(0)).toBe(false);
  });
  it('is the same for the same numbers', () => expect(explore(ranked, 10, 0.5, uniform())).toEqual(explore(ranked, 10, 0.5, uniform())));
  it('changes nothing where there is nothing further down', () => expect(explore([1, 2], 10, 1, uniform()).list).toEqual([1, 2]));
});
