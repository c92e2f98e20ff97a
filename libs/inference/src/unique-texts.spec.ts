import { uniqueTexts } from './unique-texts';

describe('uniqueTexts', () => {
  it('keeps different texts once, in the order of their first appearance', () => {
    expect(uniqueTexts([{ text: 'b' }, { text: 'a' }, { text: 'b' }])).toEqual({
      unique: [{ text: 'b' }, { text: 'a' }],
      positions: [0, 1, 0],
    });
  });

  it('tells pairs from texts, and pairs that read the same when joined', () => {
    const texts = [{ text: 'ab' }, { text: 'a', pair: 'b' }, { text: 'ab', pair: '' }, { text: '', pair: 'ab' }];
    expect(uniqueTexts(texts).unique).toEqual(texts);
  });
});
