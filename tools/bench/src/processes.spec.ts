import { JsonLinesProcess } from './json-lines-process';
import { runMeasured } from './measured-process';
import { requirePython } from './python';

const ECHO = "require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log(line))";

describe('JsonLinesProcess', () => {
  it('gets an answer to every request, in order', async () => {
    const child = new JsonLinesProcess('echo', process.execPath, ['-e', ECHO]);
    try {
      expect(await child.ask({ a: 1 })).toEqual({ a: 1 });
      expect(await child.ask({ a: 2 })).toEqual({ a: 2 });
    } finally {
      child.close();
    }
  });

  it('tells the last words of a process that ended', async () => {
    const child = new JsonLinesProcess('The child', process.execPath, ['-e', "console.error('no such encoder'); process.exit(3)"]);
    await expect(child.read()).rejects.toThrow(/The child ended without an answer.\n.*no such encoder/s);
    child.close();
  });
});

describe('runMeasured', () => {
  it('gives times, peak memory and output of a process', async () => {
    const hold =
      'const held = Buffer.alloc(1e8, 1); while (process.cpuUsage().user < 5e5); setTimeout(() => console.log(held.length), 300)';
    const run = await runMeasured('child', process.execPath, ['-e', hold]);
    expect(run.stdout.trim()).toBe('100000000');
    expect(run.wallSeconds).toBeGreaterThan(0.25);
    if (process.platform !== 'linux') return;
    expect(run.peakMemory).toBeGreaterThan(1e8);
    expect(run.cpuSeconds).toBeGreaterThan(0.4);
    expect(run.othersShare).toBeGreaterThanOrEqual(0);
    expect(run.othersShare).toBeLessThan(1);
  });

  it('fails with the last words of a process that fails', async () => {
    await expect(runMeasured('The child', process.execPath, ['-e', "console.error('out of rows'); process.exit(1)"])).rejects.toThrow(
      'The child ended with status 1.\nout of rows',
    );
  });
});

describe('requirePython', () => {
  it('says how to name another interpreter where one does not run', () => {
    expect(() => requirePython('/no/such/python', ['torch'])).toThrow('The Python interpreter "/no/such/python" does not run');
  });
});
