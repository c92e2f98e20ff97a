import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { WorkerPool } from './worker-pool';
import type { WorkerSetup } from './worker-protocol';

const setup: WorkerSetup = {
  onnxFile: 'absent.onnx',
  tokenizerDirectory: 'absent',
  normalization: { unicode: 'none', controlCharacters: false, html: false, whitespace: false, maskUrls: false, maskMentions: false },
  maxLength: 8,
  tokenBudget: 64,
};
const dyingWorker = join(__dirname, '../test/dying-worker.js');

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

describe('WorkerPool', () => {
  let pool: WorkerPool;
  beforeEach(async () => {
    pool = await WorkerPool.start(setup, 2, dyingWorker);
  });
  afterEach(() => pool.close());

  it('computes more tasks than it has workers', async () => {
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    const results = await Promise.all(texts.map((text) => pool.run([{ text }], 'length')));
    expect(results.map(({ values }) => values[0])).toEqual([1, 2, 3, 4, 5]);
  });

  it.each(['exit', 'throw'])('fails the task that kills two workers (%s), and goes on with others', async (text) => {
    const before = pool.threadIds;
    const killed = outcome(pool.run([{ text }], 'length'));
    const others = Promise.all(['a', 'bb', 'ccc'].map((other) => pool.run([{ text: other }], 'length')));
    expect((await others).map(({ values }) => values[0])).toEqual([1, 2, 3]);
    const error = await killed;
    expect(error).toBeInstanceOf(AttuneError);
    expect(error).toMatchObject({
      code: 'inference-failed',
      message: expect.stringContaining(text === 'exit' ? 'exit code 7' : 'out of memory'),
    });
    expect((await pool.run([{ text: 'afterwards' }], 'length')).values[0]).toBe(10);
    expect(pool.threadIds.filter((id) => before.includes(id)).length).toBeLessThan(2);
  });

  it("passes on a worker's own errors, with the worker alive", async () => {
    const before = pool.threadIds;
    expect(await outcome(pool.run([{ text: 'refuse' }], 'length'))).toMatchObject({
      code: 'bad-data',
      message: 'No.',
      remedy: 'Ask again.',
    });
    expect(pool.threadIds).toEqual(before);
  });

  it('refuses what waits when it is closed, lets what runs end, and takes nothing more', async () => {
    const results = Promise.all(['a', 'bb', 'ccc'].map((text) => outcome(pool.run([{ text }], 'length'))));
    await pool.close();
    const [first, second, third] = await results;
    expect([first, second]).toMatchObject([{ width: 1 }, { width: 1 }]);
    expect(third).toMatchObject({ code: 'interrupted' });
    expect(await outcome(pool.run([{ text: 'late' }], 'length'))).toMatchObject({ code: 'interrupted' });
    expect(pool.threadIds).toEqual([]);
  });
});

describe('WorkerPool.start', () => {
  it('says what the workers could not load', async () => {
    expect(await outcome(WorkerPool.start(setup, 2))).toMatchObject({ name: 'AttuneError', message: expect.stringContaining('absent') });
  });
});
