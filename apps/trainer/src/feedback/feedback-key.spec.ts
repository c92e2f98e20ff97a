import { contentKey, isKeptAside, labelKey } from './feedback-key';

describe('what makes two corrections the same', () => {
  it.each([
    ['case', 'Where is my Parcel?', 'where is my parcel?'],
    ['blanks', ' where  is\nmy parcel? ', 'where is my parcel?'],
    ['the width of letters', 'ｗｈｅｒｅ is my parcel?', 'where is my parcel?'],
    ['how an accent is written', 'caf\u00e9', 'cafe\u0301'],
  ])('is not %s', (_, one, other) => {
    expect(contentKey({ text: one })).toBe(contentKey({ text: other }));
  });

  it('is the text, and its pair', () => {
    const keys = [{ text: 'a b' }, { text: 'a', pair: 'b' }, { text: 'b', pair: 'a' }, { text: 'a' }, { text: 'a!' }].map(contentKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the label, not the order of several', () => {
    expect(labelKey(['b', 'a', 'b'])).toBe(labelKey(['a', 'b']));
    expect(labelKey('a')).toBe(labelKey(['a']));
    expect(labelKey('A')).not.toBe(labelKey('a'));
  });
});

it('keeps about a fifth aside', () => {
  const aside = Array.from({ length: 5_000 }, (_, at) => contentKey({ text: `row ${at}` })).filter(isKeptAside).length;
  expect(aside).toBeGreaterThan(850);
  expect(aside).toBeLessThan(1_150);
});
