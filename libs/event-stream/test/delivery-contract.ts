import { cloudEventMessage, MissingTopicError, type EventBatch, type TraceCarrier } from '../src/index';
import { Collected, gate } from './collected';
import { ascending, note, notes, noteTopic, numbers, range, type Note } from './contract-topic';
import { everything, watchStatus, type ContractFixture } from './stream-contract';

/** What a stream promises about delivery, order, groups and offsets. */
export function describeDelivery(fixture: ContractFixture): void {
  it('delivers every message, in batches of one partition, in the order of each key', async () => {
    const topic = noteTopic();
    const stream = await fixture.openWith([topic]);
    const handled = new Collected<EventBatch<Note>>();
    await stream.publish(topic.name, notes(50));
    await stream.subscribe({ topic, group: 'readers', maxBatch: 10, handle: async (batch) => handled.add(batch) });
    await stream.publish(topic.name, notes(50, { first: 50 }));
    const batches = await handled.until((all) => all.flatMap(numbers).length >= 100);

    expect(ascending(batches.flatMap(numbers))).toEqual(range(100));
    for (const batch of batches) {
      expect(batch.events.length).toBeLessThanOrEqual(10);
      expect(new Set(batch.events.map(({ message }) => message.partition))).toEqual(new Set([batch.partition]));
      expect(batch.topic).toBe(topic.name);
    }
    expect(new Set(batches.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    for (const key of range(7)) {
      const ofKey = batches.flatMap(numbers).filter((n) => n % 7 === key);
      expect(ofKey).toEqual(ascending(ofKey));
    }
  });

  it('hands over key, headers, bytes, offset and time of a message', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    const before = Date.now();
    const event = { n: 1, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    await stream.publish(topic.name, [cloudEventMessage(topic, 'ключ', event), { ...note(2, ''), headers: { shape: 'round' } }]);
    const [first, second] = await everything(stream, topic.name);
    expect(first).toMatchObject({
      topic: topic.name,
      partition: 0,
      offset: '0',
      key: 'ключ',
      headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8', traceparent: event.traceparent },
    });
    expect(JSON.parse(String(first?.value))).toEqual(event);
    expect(first?.timestamp).toBeGreaterThanOrEqual(before - 1_000);
    expect(second).toMatchObject({ key: '', headers: { shape: 'round' } });
  });

  it('gives every group all messages, and the consumers of one group a share each', async () => {
    const topic = noteTopic({ partitions: 4 });
    const { statuses, options } = watchStatus();
    const stream = await fixture.openWith([topic], options);
    const [alone, left, right] = [new Collected<number>(), new Collected<number>(), new Collected<number>()];
    const collect = (into: Collected<number>) => async (batch: EventBatch<Note>) => into.add(...numbers(batch));
    await stream.subscribe({ topic, group: 'alone', handle: collect(alone) });
    await stream.subscribe({ topic, group: 'shared', handle: collect(left) });
    await stream.subscribe({ topic, group: 'shared', handle: collect(right) });
    await statuses.until(
      () => stream.status().filter(({ group, partitions, ready }) => group === 'shared' && ready && partitions.length === 2).length === 2,
    );
    await stream.publish(topic.name, notes(80, { keys: 40 }));
    await alone.count(80);
    await Promise.race([left, right].map((side) => side.until(() => left.all.length + right.all.length >= 80)));
    expect(ascending(alone.all)).toEqual(range(80));
    expect(ascending(new Set([...left.all, ...right.all]))).toEqual(range(80));
    expect(left.all.length).toBeGreaterThan(0);
    expect(right.all.length).toBeGreaterThan(0);
  });

  it('goes on where the group stopped, and gives a leaving consumer its batch to finish', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(10));
    const [begun, finish] = [gate(), gate()];
    const first = new Collected<number>();
    const running = await stream.subscribe({
      topic,
      group: 'readers',
      maxBatch: 4,
      async handle(batch) {
        begun.open();
        await finish.opened;
        first.add(...numbers(batch));
      },
    });
    await begun.opened;
    const stopping = running.stop();
    finish.open();
    await stopping;
    expect(first.all).toEqual(range(4));
    expect(running.status().state).toBe('stopped');

    const second = new Collected<number>();
    await stream.subscribe({ topic, group: 'readers', handle: async (batch) => second.add(...numbers(batch)) });
    expect(await second.count(6)).toEqual(range(6, 4));
  });

  it('aborts a handler that does not finish in time, and delivers its batch again', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic], { drainTimeout: 20 });
    await stream.publish(topic.name, notes(3));
    const begun = gate();
    const running = await stream.subscribe({
      topic,
      group: 'readers',
      async handle({ signal }) {
        begun.open();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await begun.opened;
    await running.stop();
    const again = new Collected<number>();
    await stream.subscribe({ topic, group: 'readers', handle: async (batch) => again.add(...numbers(batch)) });
    expect(await again.count(3)).toEqual(range(3));
  });

  it('handles as many partitions at once as it may, and never two batches of one', async () => {
    const topic = noteTopic({ partitions: 4 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(200, { keys: 40 }));
    const inHand = new Set<number>();
    const counts = new Collected<number>();
    const met = gate();
    let handled = 0;
    await stream.subscribe({
      topic,
      group: 'readers',
      concurrency: 2,
      maxBatch: 10,
      async handle({ partition, events }) {
        expect(inHand.has(partition)).toBe(false);
        inHand.add(partition);
        counts.add(inHand.size);
        if (inHand.size === 2) met.open();
        await met.opened;
        inHand.delete(partition);
        handled += events.length;
        counts.add(0);
      },
    });
    await counts.until(() => handled >= 200);
    expect(Math.max(...counts.all)).toBe(2);
  });

  it('says its lag and that it is ready', async () => {
    const topic = noteTopic({ partitions: 1 });
    const { statuses, options } = watchStatus();
    const stream = await fixture.openWith([topic], options);
    const hold = gate();
    const begun = gate();
    await stream.publish(topic.name, notes(5));
    const running = await stream.subscribe({
      topic,
      group: 'readers',
      async handle() {
        begun.open();
        await hold.opened;
      },
    });
    await begun.opened;
    await statuses.until(() => running.status().ready);
    expect(running.status()).toMatchObject({
      topic: topic.name,
      group: 'readers',
      state: 'running',
      partitions: [{ partition: 0, lag: 5 }],
    });
    expect(stream.status()).toEqual([expect.objectContaining({ group: 'readers' })]);
    hold.open();
    await running.stop();
    expect(stream.status()).toEqual([]);
  });

  it('says how far a group has come, whoever asks', async () => {
    const topic = noteTopic({ partitions: 2 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(6));
    const behind = async (): Promise<number> =>
      (await stream.progress(topic.name, 'readers')).reduce((sum, { position, end }) => sum + Number(BigInt(end) - BigInt(position)), 0);
    expect((await stream.progress(topic.name, 'readers')).map(({ partition }) => partition)).toEqual([0, 1]);
    expect(await behind()).toBe(6);
    const handled = new Collected<number>();
    const running = await stream.subscribe({ topic, group: 'readers', handle: async (batch) => handled.add(...numbers(batch)) });
    await handled.count(6);
    await running.stop();
    expect(await behind()).toBe(0);
    await stream.publish(topic.name, notes(2));
    expect(await behind()).toBe(2);
    await expect(stream.progress('spec.none', 'readers')).rejects.toThrow(MissingTopicError);
  });

  it('puts the current trace on what is published, and runs handlers within the traces of their messages', async () => {
    const topic = noteTopic({ partitions: 1 });
    const current = { traceparent: '00-11111111111111111111111111111111-2222222222222222-01' };
    const own = { traceparent: '00-33333333333333333333333333333333-4444444444444444-01', tracestate: 'a=b' };
    const around = new Collected<readonly TraceCarrier[]>();
    const stream = await fixture.openWith([topic], {
      trace: {
        inject: () => current,
        async around({ carriers }, work) {
          const result = await work();
          around.add(carriers);
          return result;
        },
      },
    });
    await stream.publish(topic.name, [note(1), note(2), { ...note(3), headers: own }]);
    await stream.subscribe({ topic, group: 'readers', handle: async () => undefined });
    const carriers = await around.until((all) => all.flat().some((carrier) => 'tracestate' in carrier));
    expect(carriers.flat()).toEqual(expect.arrayContaining([current, own]));
    expect(carriers[0]?.filter(({ traceparent }) => traceparent === current.traceparent)).toHaveLength(1);
  });

  it('reads a topic to the end that it has, without a group', async () => {
    const topic = noteTopic();
    const stream = await fixture.openWith([topic]);
    expect(await everything(stream, topic.name)).toEqual([]);
    await stream.publish(topic.name, notes(30));
    for (const _ of range(2)) {
      const read = await everything(stream, topic.name);
      expect(ascending(read.map(({ value }) => JSON.parse(String(value)).n))).toEqual(range(30));
    }
    const stop = new AbortController();
    const reading = stream.readToEnd(topic.name, async () => stop.abort(), stop.signal);
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('never makes a topic by itself, and says how to', async () => {
    const topic = noteTopic();
    const stream = await fixture.open();
    const subscription = { topic, group: 'readers', handle: async () => undefined };
    const isMissing = expect.objectContaining({ code: 'missing-topic', remedy: expect.stringContaining('attune topics apply') });
    await expect(stream.publish(topic.name, notes(1))).rejects.toEqual(isMissing);
    await expect(stream.subscribe(subscription)).rejects.toThrow(MissingTopicError);
    await expect(everything(stream, topic.name)).rejects.toEqual(isMissing);
    expect(await stream.applyTopics([topic], { dryRun: true })).toContainEqual({ topic: topic.name, action: 'created', differences: [] });
    await expect(stream.publish(topic.name, notes(1))).rejects.toEqual(isMissing);
    expect(stream.status()).toEqual([]);
  });

  it('applies topics once, each with its dead-letter topic, and reports what differs', async () => {
    const topic = noteTopic({ partitions: 2 });
    const stream = await fixture.open();
    const names = [topic.name, `${topic.name}.dead-letters`];
    expect(await stream.applyTopics([topic])).toEqual(names.map((name) => ({ topic: name, action: 'created', differences: [] })));
    expect(await stream.applyTopics([topic])).toEqual(names.map((name) => ({ topic: name, action: 'unchanged', differences: [] })));
    const [changed] = await stream.applyTopics([{ ...topic, partitions: 3 }]);
    expect(changed).toMatchObject({ topic: topic.name, action: 'differs', differences: [expect.stringContaining('partitions: 2')] });
  });
}
