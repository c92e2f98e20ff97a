import { applyQuotas, diversify } from './diversify';
import { explore } from './explore';
import { keepPlaces, placesKept } from './keep-places';

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

describe('places that are kept', () => {
  const ranked = ['a', 'b', 'new 1', 'c', 'd', 'e', 'f'];
  const fresh = ['new 1', 'new 2', 'new 3'];

  it('are the last ones of equal parts of the list, and go to the best that are not listed', () => {
    expect(keepPlaces(ranked, fresh, 6, 2)).toEqual({ list: ['a', 'b', 'new 1', 'c', 'd', 'new 2'], placed: new Set(['new 2']) });
    expect(keepPlaces(ranked, fresh, 4, 2)).toEqual({ list: ['a', 'new 1', 'b', 'new 2'], placed: new Set(['new 1', 'new 2']) });
    expect(keepPlaces(ranked, fresh, 2, 2).list).toEqual(['new 1', 'new 2']);
  });
  it('are given to others where there are too few', () => {
    expect(keepPlaces(ranked, ['new 1'], 4, 3).list).toEqual(['a', 'new 1', 'b', 'c']);
    expect(keepPlaces(['a'], [], 4, 3)).toEqual({ list: ['a'], placed: new Set() });
    expect(keepPlaces([], fresh, 2, 1).list).toEqual([]);
  });
  it('change nothing where none is kept', () => expect(keepPlaces(ranked, fresh, 7, 0)).toEqual({ list: ranked, placed: new Set() }));
  it('are as many as the share says in the mean', () => {
    const draws = Array.from({ length: 100 }, (_, at) => placesKept(10, 0.05, at / 100));
    expect(draws.reduce((sum, kept) => sum + kept, 0) / 100).toBe(0.5);
    expect(placesKept(20, 0.1, 0.99)).toBe(2);
  });
});
