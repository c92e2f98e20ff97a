import { Overloaded } from '../overloaded';
import { FewAtOnce } from './few-at-once';
import { wordInfluences } from './word-influences';

describe('words that matter to a label', () => {
  const probabilityOf = (text: string): number => (text.includes('loss') ? 0.9 : 0.2) - (text.includes('not') ? 0.3 : 0);

  it('are those without which it is less, or more, likely, the strongest first', async () => {
    const asked: string[][] = [];
    const influences = await wordInfluences('not a loss', (texts) => {
      asked.push([...texts]);
      return Promise.resolve(texts.map(probabilityOf));
    });
    expect(asked).toEqual([['not a loss', ' a loss', 'not  loss', 'not a ']]);
    expect(influences.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['loss', 6, 10],
      ['not', 0, 3],
      ['a', 4, 5],
    ]);
    expect(influences.map(({ influence }) => Number(influence.toFixed(6)))).toEqual([0.7, -0.3, 0]);
  });

  it('are sought among the first 120, and 8 are told', async () => {
    const text = Array.from({ length: 130 }, (_, place) => `word${place}`).join(' ');
    let asked = 0;
    const influences = await wordInfluences(text, (texts) => {
      asked = texts.length;
      return Promise.resolve(texts.map((variant) => (variant.includes('word129') && !variant.includes('word7 ') ? 0 : 1)));
    });
    expect(asked).toBe(121);
    expect(influences).toHaveLength(8);
    expect(influences[0]).toMatchObject({ text: 'word7', influence: 1 });
  });

  it('are none in a text without words', async () => {
    expect(await wordInfluences('?!', (texts) => Promise.resolve(texts.map(() => 0.5)))).toEqual([]);
  });
});

describe('work of which a few run at once', () => {
  it('is refused beyond that, and taken again once one has ended, however it ended', async () => {
    const few = new FewAtOnce(2);
    let fail: (reason: Error) => void = () => undefined;
    const failing = few.run(() => new Promise<void>((_, reject) => (fail = reject)));
    let end: () => void = () => undefined;
    const ending = few.run(() => new Promise<void>((resolve) => (end = resolve)));
    await expect(few.run(() => Promise.resolve('never'))).rejects.toBeInstanceOf(Overloaded);
    fail(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    await expect(few.run(() => Promise.resolve('next'))).resolves.toBe('next');
    end();
    await ending;
  });
});
