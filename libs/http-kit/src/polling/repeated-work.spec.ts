import { RepeatedWork } from './repeated-work';

describe('RepeatedWork', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('begins no round while one runs, and stops when that has ended', async () => {
    const ends: (() => void)[] = [];
    const work = new RepeatedWork(
      () => new Promise((resolve) => ends.push(resolve)),
      () => undefined,
    );
    work.start(100);
    await jest.advanceTimersByTimeAsync(350);
    expect(ends).toHaveLength(1);
    ends[0]();
    await jest.advanceTimersByTimeAsync(100);
    expect(ends).toHaveLength(2);
    let isStopped = false;
    const stopping = work.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(300);
    expect([isStopped, ends.length]).toEqual([false, 2]);
    ends[1]();
    await stopping;
    expect(isStopped).toBe(true);
  });

  it('tells what a round failed of, and goes on', async () => {
    const failures: unknown[] = [];
    let rounds = 0;
    const work = new RepeatedWork(
      () => Promise.reject(new Error(`round ${(rounds += 1)}`)),
      (error) => failures.push(error),
    );
    work.start(100);
    await jest.advanceTimersByTimeAsync(250);
    await work.stop();
    expect(failures).toEqual([new Error('round 1'), new Error('round 2')]);
  });

  it('begins at once where that is wanted, and goes on by the interval', async () => {
    let rounds = 0;
    const work = new RepeatedWork(
      () => {
        rounds += 1;
        return Promise.resolve();
      },
      () => undefined,
    );
    work.start(100, { atOnce: true });
    await jest.advanceTimersByTimeAsync(50);
    expect(rounds).toBe(1);
    await jest.advanceTimersByTimeAsync(200);
    expect(rounds).toBe(3);
    await work.stop();
  });
});
