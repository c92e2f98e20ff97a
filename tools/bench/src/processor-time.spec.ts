import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describeUnlessMissing } from '@attune/testing';
import { processorTimeOf, timeBetween } from './processor-time';

/** Microseconds of processor time. */
const WORK = 200_000;
/** Milliseconds after which it is no use to wait for as much. */
const LONGEST = 20_000;

const missing = existsSync('/proc/self/stat') ? undefined : { reason: 'this system has none.', remedy: 'Run it on Linux.' };

describeUnlessMissing({ name: '/proc', missing }, 'processor time', () => {
  it('is told of the main thread, and of children that have ended', () => {
    const before = processorTimeOf(process.pid);
    // Beside what other threads of a test's process take at the same time, such as those that collect garbage.
    const end = performance.now() + LONGEST;
    while (processorTimeOf(process.pid).main - before.main < WORK / 1e6 && performance.now() < end);
    spawnSync(process.execPath, ['-e', `while (process.cpuUsage().user < ${WORK});`]);
    const { main, others, children } = timeBetween(before, processorTimeOf(process.pid));
    expect(main).toBeGreaterThan(WORK / 2e6);
    expect(others).toBeGreaterThanOrEqual(0);
    expect(children).toBeGreaterThan(WORK / 2e6);
  });

  it('is none of a part of which a later look tells less, by the tick between two files', () => {
    const before = { main: 1, others: 0.01, children: 0 };
    expect(timeBetween(before, { main: 1.5, others: 0, children: 0.2 })).toEqual({ main: 0.5, others: 0, children: 0.2 });
  });

  it('is none of a process that is not there', () => {
    expect(processorTimeOf(2 ** 30)).toEqual({ main: 0, others: 0, children: 0 });
  });
});
