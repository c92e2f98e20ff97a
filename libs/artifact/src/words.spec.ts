import { withoutWords, wordsOf } from './words';

describe('words', () => {
  it('are found with their places, in languages without blanks as well', () => {
    expect(wordsOf("Sales fell, didn't they?")).toEqual([
      { text: 'Sales', start: 0, end: 5 },
      { text: 'fell', start: 6, end: 10 },
      { text: "didn't", start: 12, end: 18 },
      { text: 'they', start: 19, end: 23 },
    ]);
    const chinese = wordsOf('利润下降');
    expect(chinese.length).toBeGreaterThan(1);
    expect(chinese.map(({ text }) => text).join('')).toBe('利润下降');
    expect(wordsOf('one two three', 2)).toHaveLength(2);
  });

  it('are left out, in any order', () => {
    const [one, two, three] = wordsOf('one two three');
    expect(withoutWords('one two three', [three, one])).toBe(' two ');
    expect(withoutWords('one two three', [two])).toBe('one  three');
    expect(withoutWords('one', [])).toBe('one');
  });
});
