import { categorySpread } from './category-spread';

describe('the spread of categories', () => {
  it('counts each, the most frequent first, then as they come', () => {
    expect(categorySpread([{ category: 'film' }, {}, { category: 'home' }, { category: 'home' }, { category: 'food' }])).toEqual([
      { category: 'home', count: 2 },
      { category: 'film', count: 1 },
      { category: undefined, count: 1 },
      { category: 'food', count: 1 },
    ]);
    expect(categorySpread([])).toEqual([]);
  });
});
