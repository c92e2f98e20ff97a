import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithReal, realKafka } from '@attune/testing';
import { Kafka } from 'kafkajs';
import { openKafkaStream, type EventBatch, type EventStream } from '../src/index';
import { Collected, gate } from './collected';
import { ascending, note, notes, noteTopic, numbers, range, type Note } from './contract-topic';

describeWithReal(realKafka, 'a consumer on Kafka', (brokers) => {
  const streams: EventStream[] = [];
  const open = async (): Promise<EventStream> => {
    const stream = await openKafkaStream({ brokers: brokers(), maxWait: 50, heartbeatInterval: 100, backOff: { base: 2, cap: 20 } });
    streams.push(stream);
    return stream;
  };
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
  });

  /** The broker's own word for what a group is doing. */
  async function untilGroupIs(group: string, wanted: string): Promise<void> {
    const admin = new Kafka({ brokers: brokers(), logLevel: 0 }).admin();
    await admin.connect();
    try {
      for (;;) {
        const { groups } = await admin.describeGroups([group]);
        if (groups[0]?.state === wanted) return;
        await sleep(20);
      }
    } finally {
      await admin.disconnect();
    }
  }

  it('finishes and commits its batch before another consumer gets the partition', async () => {
    const topic = noteTopic({ partitions: 2 });
    const group = randomUUID();
    const stream = await open();
    await stream.applyTopics([topic]);
    await stream.publish(topic.name, notes(40, { keys: 20 }));
    const [begun, finish] = [gate(), gate()];
    const handled = new Collected<number>();
    let atWork = 0;
    const handle = async (batch: EventBatch<Note>): Promise<void> => {
      atWork += 1;
      expect(atWork).toBe(1);
      begun.open();
      await finish.opened;
      atWork -= 1;
      handled.add(...numbers(batch));
    };
    await stream.subscribe({ topic, group, maxBatch: 10, handle });
    await begun.opened;
    const second = await open();
    await second.subscribe({ topic, group, maxBatch: 10, handle: async (batch) => handled.add(...numbers(batch)) });
    await untilGroupIs(group, 'PreparingRebalance');
    finish.open();
    await handled.count(40);
    expect(ascending(handled.all)).toEqual(range(40));
  });

  it('keeps its membership while a handler takes longer than the session', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await openKafkaStream({ brokers: brokers(), maxWait: 50, heartbeatInterval: 200, sessionTimeout: 1_500 });
    streams.push(stream);
    await stream.applyTopics([topic]);
    await stream.publish(topic.name, notes(3));
    const handled = new Collected<number>();
    await stream.subscribe({
      topic,
      group: 'slow',
      maxBatch: 1,
      async handle(batch) {
        if (handled.all.length === 0) await sleep(3_000);
        handled.add(...numbers(batch));
      },
    });
    expect(await handled.count(3)).toEqual(range(3));
  });

  it('is done with what a transaction leaves behind, though it holds no messages', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await open();
    await stream.applyTopics([topic]);
    const producer = new Kafka({ brokers: brokers(), logLevel: 0 }).producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const send = async (first: number, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic: topic.name, messages: notes(3, { first }).map(({ key, value }) => ({ key, value })) });
      await transaction[end]();
    };
    const handled = new Collected<number>();
    await stream.subscribe({ topic, group: 'transactions', handle: async (batch) => handled.add(...numbers(batch)) });
    await send(0, 'commit');
    await send(100, 'abort');
    await send(3, 'commit');
    await send(200, 'abort');
    await producer.disconnect();
    expect(await handled.count(6)).toEqual(range(6));
    for (;;) {
      const [progress] = await stream.progress(topic.name, 'transactions');
      if (progress?.position === progress?.end) break;
      await sleep(20);
    }
    expect(handled.all).toEqual(range(6));
  });

  it('refuses a message that the topic does not take, and publishes the others', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await open();
    await stream.applyTopics([topic]);
    const text = (length: number): string => JSON.stringify({ n: 1, traceparent: 'x'.repeat(length) });
    await expect(stream.publish(topic.name, [{ key: 'big', value: text(1_100_000) }])).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining(topic.name),
    });
    await stream.publish(topic.name, [...range(12).map((n) => ({ key: String(n), value: text(400_000) })), note(5)]);
    const read: (string | null)[] = [];
    await stream.readToEnd(topic.name, async (messages) => void read.push(...messages.map(({ key }) => key)));
    expect(read).toEqual([...range(12).map(String), 'key-5']);
  });

  it('handles thousands of small messages published at once', async () => {
    const topic = noteTopic({ partitions: 3 });
    const stream = await open();
    await stream.applyTopics([topic]);
    const handled = new Collected<number>();
    await stream.subscribe({
      topic,
      group: 'many',
      maxBatch: 200,
      concurrency: 3,
      handle: async (batch) => handled.add(...numbers(batch)),
    });
    await Promise.all(range(4).map((part) => stream.publish(topic.name, notes(5_000, { first: part * 5_000, keys: 100 }))));
    await handled.count(20_000);
    expect(ascending(handled.all)).toEqual(range(20_000));
  });
});
