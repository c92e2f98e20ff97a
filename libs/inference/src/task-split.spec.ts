import { distribute, uniqueTexts } from './task-split';

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

describe('distribute', () => {
  const texts = Array.from({ length: 3000 }, (_, index) => ({ text: 'x'.repeat((index * 37) % 101) }));

  it('takes every text once, the longest first', () => {
    const tasks = distribute(texts, 2);
    const order = tasks.flat();
    expect(new Set(order).size).toBe(texts.length);
    const lengths = order.map((index) => texts[index].text.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
  });

  it('gives every worker several tasks, but no tiny ones', () => {
    expect(distribute(texts, 2)).toHaveLength(8);
    expect(distribute(texts.slice(0, 20), 8).map((task) => task.length)).toEqual([8, 8, 4]);
    expect(distribute([], 2)).toEqual([]);
  });
});
