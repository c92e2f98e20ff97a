import type { UsedModel } from '../model/dialogue-model';
import { RecentVectors } from './recent-vectors';

/** A model whose vector of a text is its length, and what it was asked for. */
function countingModel(manifestSha256: string): { model: UsedModel; asked: string[] } {
  const asked: string[] = [];
  const embed = (texts: readonly string[]): Promise<Float32Array[]> => {
    asked.push(...texts);
    return Promise.resolve(texts.map(({ length }) => Float32Array.of(length)));
  };
  const tokenization = { directory: '', maxLength: 8 };
  const nothing = (): Promise<never[]> => Promise.resolve([]);
  return { model: { version: '1', manifestSha256, tokenization, embed, understand: nothing, nearestRows: nothing }, asked };
}

describe('vectors of texts that were embedded lately', () => {
  it('are embedded once, and come in the order of the texts', async () => {
    const recent = new RecentVectors();
    const { model, asked } = countingModel('first');
    expect(await recent.of(model, ['a', 'bb'])).toEqual([Float32Array.of(1), Float32Array.of(2)]);
    expect(await recent.of(model, ['ccc', 'bb', 'a', 'ccc'])).toEqual([3, 2, 1, 3].map((length) => Float32Array.of(length)));
    expect(asked).toEqual(['a', 'bb', 'ccc', 'ccc']);
  });

  it('are those of their own version', async () => {
    const recent = new RecentVectors();
    const [first, second] = [countingModel('first'), countingModel('second')];
    await recent.of(first.model, ['a']);
    await recent.of(second.model, ['a']);
    expect(second.asked).toEqual(['a']);
  });

  it('are bounded: those that were asked for longest ago go first', async () => {
    const recent = new RecentVectors();
    const { model, asked } = countingModel('first');
    const texts = Array.from({ length: 4_000 }, (_, number) => `text ${number}`);
    await recent.of(model, texts);
    await recent.of(model, [texts[0], 'another']);
    asked.length = 0;
    await recent.of(model, [texts[0], texts[1]]);
    expect(asked).toEqual([texts[1]]);
  });
});
