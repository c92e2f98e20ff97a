import { join } from 'node:path';
import { AttuneError, textNormalizationSchema } from '@attune/artifact';
import { WorkerPool, type PoolTask, type TaskSource } from './worker-pool';
import type { TaskResult, WorkerSetup } from './worker-protocol';

const setup: WorkerSetup = {
  onnxFile: 'absent.onnx',
  tokenizerDirectory: 'absent',
  normalization: textNormalizationSchema.parse({}),
  maxLength: 8,
  tokenBudget: 64,
};
const dyingWorker = join(__dirname, '../test/dying-worker.js');

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** Tasks one after the other, of one text each. */
class Line implements TaskSource {
  readonly tasks: PoolTask[] = [];
  deaths = 0;

  take(bulk: boolean, idleWorkers: number): PoolTask | undefined {
    return bulk || idleWorkers === 0 ? undefined : this.tasks.shift();
  }

  abandon(error: AttuneError): void {
    for (const task of this.tasks.splice(0)) task.failed(error);
  }

  resume(): void {}

  workerDied(): void {
    this.deaths++;
  }
}

describe('WorkerPool', () => {
  let pool: WorkerPool;
  let line: Line;
  beforeEach(async () => {
    line = new Line();
    pool = await WorkerPool.start(setup, 2, line, dyingWorker);
  });
  afterEach(() => pool.close());

  const run = (text: string): Promise<TaskResult> =>
    new Promise((done, failed) => {
      line.tasks.push({ texts: [text], outputs: ['length'], bulk: false, done, failed });
      pool.wake();
    });
  const lengthOf = ({ outputs }: TaskResult): number => outputs[0].values[0];

  it('computes more tasks than it has workers', async () => {
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    const results = await Promise.all(texts.map(run));
    expect(results.map(lengthOf)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each(['exit', 'throw'])('fails the task that kills two workers (%s), and goes on with others', async (text) => {
    const before = pool.threadIds;
    const killed = outcome(run(text));
    const others = Promise.all(['a', 'bb', 'ccc'].map(run));
    expect((await others).map(lengthOf)).toEqual([1, 2, 3]);
    const error = await killed;
    expect(error).toBeInstanceOf(AttuneError);
    expect(error).toMatchObject({
      code: 'inference-failed',
      message: expect.stringContaining(text === 'exit' ? 'exit code 7' : 'out of memory'),
    });
    expect(lengthOf(await run('afterwards'))).toBe(10);
    expect(line.deaths).toBe(2);
    expect(pool.threadIds.filter((id) => before.includes(id)).length).toBeLessThan(2);
  });

  it("passes on a worker's own errors, with the worker alive", async () => {
    const before = pool.threadIds;
    expect(await outcome(run('refuse'))).toMatchObject({
      code: 'bad-data',
      message: 'No.',
      remedy: 'Ask again.',
    });
    expect(pool.threadIds).toEqual(before);
  });

  it('lets what runs end when it is closed, and takes nothing more', async () => {
    const results = Promise.all(['a', 'bb'].map(run));
    // The workers get their tasks at the end of this turn.
    await new Promise((resolve) => setImmediate(resolve));
    const closed = pool.close();
    void run('late');
    await closed;
    expect((await results).map(lengthOf)).toEqual([1, 2]);
    expect(line.tasks).toHaveLength(1);
    expect(pool.threadIds).toEqual([]);
  });
});

describe('WorkerPool.start', () => {
  it('says what the workers could not load', async () => {
    expect(await outcome(WorkerPool.start(setup, 2, new Line()))).toMatchObject({
      name: 'AttuneError',
      message: expect.stringContaining('absent'),
    });
  });
});
