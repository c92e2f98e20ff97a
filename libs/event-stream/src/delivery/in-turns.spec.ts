import { inTurns } from './in-turns';

describe('inTurns', () => {
  const busyFor = (milliseconds: number): void => {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
  };

  it('visits every item in order, and lets others come in between where it takes long', async () => {
    const seen: (number | 'other')[] = [];
    const other = setImmediate(() => seen.push('other'));
    await inTurns([1, 2, 3], (item) => {
      seen.push(item);
      busyFor(10);
    });
    clearImmediate(other);
    expect(seen.filter((each) => each !== 'other')).toEqual([1, 2, 3]);
    expect(seen.indexOf('other')).toBe(1);
  });

  it('stops at the item that fails', async () => {
    const seen: number[] = [];
    const visit = (item: number): void => {
      seen.push(item);
      if (item === 2) throw new Error('of the visit');
    };
    await expect(inTurns([1, 2, 3], visit)).rejects.toThrow('of the visit');
    expect(seen).toEqual([1, 2]);
  });
});
