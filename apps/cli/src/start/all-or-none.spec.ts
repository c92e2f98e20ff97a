import { once } from 'node:events';
import { allOrNone } from './all-or-none';

describe('work that is done as a whole', () => {
  it('throws what the first piece failed of, when the others have ended', async () => {
    const ended: string[] = [];
    const untilTold = async (signal: AbortSignal): Promise<void> => {
      await once(signal, 'abort');
      ended.push('other');
      throw new Error('told to end');
    };
    const work = allOrNone(new AbortController().signal, [untilTold, () => Promise.reject(new Error('the cause'))]);
    await expect(work).rejects.toThrow('the cause');
    expect(ended).toEqual(['other']);
  });

  it('ends where it is interrupted', async () => {
    const interrupt = new AbortController();
    const work = allOrNone(interrupt.signal, [
      async (signal) => {
        await once(signal, 'abort');
        throw new Error('interrupted');
      },
    ]);
    interrupt.abort();
    await expect(work).rejects.toThrow('interrupted');
  });
});
