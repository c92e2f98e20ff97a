import { selectTop } from './select-top';

describe('the highest scores', () => {
  it('come in order, equal ones by their place', () => expect(selectTop([1, 5, 3, 5, 2], 3)).toEqual([1, 3, 2]));
  it('equal those of a sort', () => {
    const scores = Array.from({ length: 500 }, (_, at) => (at * 7919) % 101);
    const sorted = scores.map((_, at) => at).sort((a, b) => scores[b] - scores[a] || a - b);
    expect(selectTop(scores, 60)).toEqual(sorted.slice(0, 60));
    const even = (at: number): boolean => at % 2 === 0;
    expect(selectTop(scores, 60, even)).toEqual(sorted.filter(even).slice(0, 60));
  });
  it('may be none', () => expect([selectTop([], 3), selectTop([1], 0)]).toEqual([[], []]));
});
