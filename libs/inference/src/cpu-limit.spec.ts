import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuLimit } from './cpu-limit';

describe('cpuLimit', () => {
  const directory = mkdtempSync(join(tmpdir(), 'attune-cpu-'));
  const file = (name: string, content?: string): string => {
    const path = join(directory, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  };
  const absent = file('absent');
  afterAll(() => rmSync(directory, { recursive: true }));

  it('rounds the quota of a version 2 control group up', () => {
    expect(cpuLimit({ max: file('max', '50000 100000\n'), quota: absent, period: absent })).toBe(1);
  });

  it('reads the quota of a version 1 control group', () => {
    expect(cpuLimit({ max: absent, quota: file('quota', '100000\n'), period: file('period', '100000\n') })).toBe(1);
  });

  it.each([
    ['max 100000\n', 'no quota'],
    ['99999999 100000\n', 'a quota over the machine'],
  ])('takes the CPUs there are with %j (%s)', (content) => {
    expect(cpuLimit({ max: file('max', content), quota: absent, period: absent })).toBe(availableParallelism());
  });

  it('takes the CPUs there are where the quota of version 1 is -1, and where there are no control groups', () => {
    expect(cpuLimit({ max: absent, quota: file('quota', '-1\n'), period: file('period', '100000\n') })).toBe(availableParallelism());
    expect(cpuLimit({ max: absent, quota: absent, period: absent })).toBe(availableParallelism());
  });
});
