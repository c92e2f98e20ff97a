import { InferenceQueue } from './inference-queue';
import type { BatchMeasure, CallMeasure } from './observer';
import { Overloaded } from './overloaded';
import type { PoolTask } from './worker-pool';

const limits = { maxLength: 64, tokenBudget: 60, queueTokens: 200, workers: 2 };
const LOGITS = ['logits'];
/** Of 9 characters each: 4 tokens, by the first estimate. */
const short = (count: number, from = 0): { text: string }[] =>
  Array.from({ length: count }, (_, i) => ({ text: `text ${1000 + from + i}` }));

/** Answers a task with the numbers at the end of its texts. */
function answer(task: PoolTask): void {
  const values = Float32Array.from(task.texts, (text) => Number(text.split(' ')[1]));
  task.done({
    outputs: task.outputs.map(() => ({ values, width: 1 })),
    lengths: Int32Array.from(task.texts, () => 4),
    paddedTokens: 4 * task.texts.length,
    tokenizeSeconds: 0.001,
    inferenceSeconds: 0.01,
    cpuSeconds: 0.01,
  });
}

describe('InferenceQueue', () => {
  let calls: CallMeasure[];
  let batches: BatchMeasure[];
  let queue: InferenceQueue;
  beforeEach(() => {
    [calls, batches] = [[], []];
    queue = new InferenceQueue(limits, { call: (measure) => calls.push(measure), batch: (measure) => batches.push(measure) });
  });

  const submit = (texts: { text: string }[], options = {}): Promise<number[]> =>
    queue.submit(texts, LOGITS, options).then((computed) => computed.map(({ rows }) => rows.get('logits')?.[0] ?? NaN));
  const drain = (): PoolTask[] => {
    const tasks: PoolTask[] = [];
    for (const bulk of [false, true]) for (let task = queue.take(bulk, 1); task !== undefined; task = queue.take(bulk, 1)) tasks.push(task);
    return tasks;
  };
  const sizes = (tasks: PoolTask[]): number[] => tasks.map(({ texts }) => texts.length);

  it('gives each call its own rows, in order, whatever batches they were in', async () => {
    const answers = Promise.all([submit(short(20)), submit(short(20, 100))]);
    const tasks = drain();
    expect(tasks.length).toBeGreaterThan(1);
    tasks.reverse().forEach(answer);
    expect(await answers).toEqual([short(20).map((_, i) => 1000 + i), short(20).map((_, i) => 1100 + i)]);
  });

  it('computes a text once that several calls want, waiting or under way', async () => {
    const first = submit(short(2));
    const second = submit(short(2, 1));
    const [task] = drain();
    const third = submit(short(1));
    expect(task.texts).toHaveLength(3);
    expect(drain()).toEqual([]);
    answer(task);
    expect(await Promise.all([first, second, third])).toEqual([[1000, 1001], [1001, 1002], [1000]]);
    const later = submit(short(1));
    drain().forEach(answer);
    expect(await later).toEqual([1000]);
  });

  it('asks for every output that a call in the batch wants, and again where a text is under way without one', async () => {
    const logits = submit(short(1));
    const vectors = queue.submit(short(1), ['embedding'], {});
    const [task] = drain();
    expect(task.outputs).toEqual(['logits', 'embedding']);
    const other = queue.submit(short(1), ['third'], {});
    const [again] = drain();
    expect(again.outputs).toEqual(['third']);
    [task, again].forEach(answer);
    await Promise.all([logits, vectors, other]);
    expect(queue.load).toEqual({ calls: 0, texts: 0, tokens: 0, bulkTexts: 0 });
  });

  it('refuses a call over its bound, and says when to come back', async () => {
    const taken = Promise.all([submit(short(25)), submit(short(25, 100))]);
    expect(queue.load.tokens).toBe(200);
    const refused = await submit(short(1, 200)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Overloaded);
    expect(refused).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
    expect(calls).toMatchObject([{ outcome: 'overloaded', texts: 1 }]);
    drain().forEach(answer);
    await taken;
    const accepted = submit(short(1, 200));
    drain().forEach(answer);
    expect(await accepted).toEqual([1200]);
  });

  it('takes a call alone however large it is, and bulk calls always', async () => {
    const large = submit(short(60), { bulk: false });
    const bulk = submit(short(500, 1000));
    await expect(submit(short(1, 100))).rejects.toBeInstanceOf(Overloaded);
    drain().forEach(answer);
    expect(await large).toHaveLength(60);
    expect(await bulk).toHaveLength(500);
  });

  it('lets a single text pass a bulk call, also one that the bulk call brought', async () => {
    const bulk = submit(short(1000), { bulk: true });
    const known = submit(short(1, 999));
    const unknown = submit(short(1, 5000));
    const first = queue.take(false, 2);
    const second = queue.take(false, 1);
    expect([...(first?.texts ?? []), ...(second?.texts ?? [])].sort()).toEqual(['text 1999', 'text 6000']);
    const rest = drain();
    expect(rest.every((task) => task.bulk)).toBe(true);
    expect(rest.flatMap(({ texts }) => texts)).toHaveLength(999);
    [first, second, ...rest].forEach((task) => task && answer(task));
    expect(await Promise.all([known, unknown])).toEqual([[1999], [6000]]);
    expect(await bulk).toHaveLength(1000);
  });

  it('takes bulk calls in turns, in pieces that get smaller', () => {
    void submit(short(1000), { bulk: true });
    void submit(short(1000, 2000), { bulk: true });
    const tasks = drain();
    const owner = tasks.map(({ texts }) => (Number(texts[0].split(' ')[1]) < 3000 ? 'first' : 'second'));
    expect(owner.slice(0, 4)).toEqual(['first', 'second', 'first', 'second']);
    const [largest] = sizes(tasks);
    expect(largest).toBe(250);
    expect(sizes(tasks).at(-1)).toBeLessThan(largest);
    expect(sizes(tasks).reduce((sum, size) => sum + size, 0)).toBe(2000);
  });

  it('puts texts of similar length into a batch, the longest-waiting one among them', () => {
    const long = { text: 'word '.repeat(40) };
    void submit([long]);
    void submit([...short(3), { text: `${long.text}!` }]);
    expect(drain().map(({ texts }) => texts.map(({ length }) => length))).toEqual([[200], [9, 9, 9], [201]]);
  });

  it('shares what waits among idle workers, and keeps within the budget', () => {
    void submit(short(20));
    expect(sizes([queue.take(false, 2), queue.take(false, 1)].filter((task) => task !== undefined))).toEqual([10, 10]);
    void submit(short(40, 100));
    expect(sizes(drain())).toEqual([15, 15, 10]);
  });

  it('gives one worker what is too little to share', () => {
    void submit(short(8));
    expect(sizes([queue.take(false, 2), queue.take(false, 1)].filter((task) => task !== undefined))).toEqual([8]);
  });

  it('lets nothing lie ready that is less than a batch', () => {
    void submit(short(10));
    expect(queue.take(false, 0)).toBeUndefined();
    void submit(short(10, 100));
    expect(queue.take(false, 0)?.texts).toHaveLength(15);
  });

  it('drops the texts of a withdrawn call before they are computed, but not those that others want', async () => {
    const [gone, stays] = [new AbortController(), new AbortController()];
    const withdrawn = submit(short(3), { signal: gone.signal });
    const other = submit(short(2, 2), { signal: stays.signal });
    gone.abort();
    await expect(withdrawn).rejects.toMatchObject({ code: 'interrupted' });
    expect(queue.load).toMatchObject({ calls: 1, texts: 2, tokens: 8 });
    const tasks = drain();
    expect(tasks.flatMap(({ texts }) => texts).sort()).toEqual(['text 1002', 'text 1003']);
    stays.abort();
    await expect(other).rejects.toMatchObject({ code: 'interrupted' });
    tasks.forEach(answer);
    await expect(submit(short(1), { signal: gone.signal })).rejects.toMatchObject({ code: 'interrupted' });
    expect(calls.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
  });

  it('drops the rest of a withdrawn bulk call', async () => {
    const gone = new AbortController();
    const withdrawn = submit(short(1000), { signal: gone.signal, bulk: true });
    const task = queue.take(true, 1);
    gone.abort();
    await expect(withdrawn).rejects.toMatchObject({ code: 'interrupted' });
    expect(drain()).toEqual([]);
    expect(queue.load).toMatchObject({ bulkTexts: 0 });
    if (task !== undefined) answer(task);
  });

  it('fails the calls of a task that failed, and no others', async () => {
    const [bad, good] = [submit(short(8)), submit(short(8, 100))];
    const [first, second] = [queue.take(false, 2), queue.take(false, 1)];
    first?.failed(new Overloaded(1));
    if (second !== undefined) answer(second);
    await expect(bad).rejects.toMatchObject({ code: 'overloaded' });
    expect(await good).toEqual(Array.from({ length: 8 }, (_, place) => 1100 + place));
  });

  it('refuses what waits when it is closed, and what comes later', async () => {
    const [running, waiting] = [submit(short(1)), submit(short(20, 1))];
    const task = queue.take(false, 2);
    queue.close();
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    if (task !== undefined) answer(task);
    expect(await running).toEqual([1000]);
    queue.resume();
    await expect(submit(short(1))).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('measures batches and calls', async () => {
    const done = submit(short(3));
    drain().forEach(answer);
    await done;
    expect(batches).toEqual([{ texts: 3, tokens: 12, paddedTokens: 12, tokenizeSeconds: 0.001, inferenceSeconds: 0.01, cpuSeconds: 0.01 }]);
    expect(calls).toMatchObject([{ texts: 3, outcome: 'answered', tokenizeSeconds: 0.001, inferenceSeconds: 0.01 }]);
    expect(calls[0].queueSeconds).toBeGreaterThanOrEqual(0);
    expect(calls[0].totalSeconds).toBeGreaterThanOrEqual(calls[0].queueSeconds);
  });
});
