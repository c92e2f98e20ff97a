import { isFeature, mainParts } from './score-part';

describe('the parts of a score', () => {
  it('come by their size, whatever their sign, and without those of none', () => {
    expect(mainParts({ match: 0.1, text: -2, category: 0, numbers: 0.5, recency: 1 })).toEqual({
      main: [
        ['text', -2],
        ['recency', 1],
        ['numbers', 0.5],
      ],
      others: [['match', 0.1]],
    });
    expect(mainParts({})).toEqual({ main: [], others: [] });
  });

  it('have names as far as they are known', () => {
    expect(['match', 'unseen', 'toString'].map(isFeature)).toEqual([true, true, false]);
  });
});
