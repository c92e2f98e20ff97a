import { setImmediate as nextTurn } from 'node:timers/promises';
import { PolledChanges } from './polled-changes';

/** Fetches that end when they are told to. */
function heldFetches() {
  const ends: (() => void)[] = [];
  const changes = new PolledChanges(
    () => new Promise((resolve) => ends.push(resolve)),
    () => undefined,
  );
  return { ends, changes };
}

describe('polled changes', () => {
  it('share the next fetch among the calls made while one runs, and run one at a time', async () => {
    const { ends, changes } = heldFetches();
    const first = changes.refresh();
    await nextTurn();
    const later = Promise.all([changes.refresh(), changes.refresh()]);
    expect(ends).toHaveLength(1);
    ends[0]();
    await first;
    await nextTurn();
    expect(ends).toHaveLength(2);
    ends[1]();
    await later;
    expect(ends).toHaveLength(2);
  });

  it('fetch again after one that failed', async () => {
    let calls = 0;
    const changes = new PolledChanges(
      () => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve()),
      () => undefined,
    );
    await expect(changes.refresh()).rejects.toThrow('away');
    await changes.refresh();
    expect(calls).toBe(2);
  });

  it('tell what polling failed of, and go on', async () => {
    let calls = 0;
    const failures = await new Promise<unknown[]>((resolve) => {
      const told: unknown[] = [];
      const changes = new PolledChanges(
        () => (++calls === 1 ? Promise.resolve() : Promise.reject(new Error(`poll ${String(calls)}`))),
        (error) => {
          if (told.push(error) < 2) return;
          changes.stop();
          resolve(told);
        },
      );
      void changes.start(1);
    });
    expect(failures).toEqual([new Error('poll 2'), new Error('poll 3')]);
  });
});
