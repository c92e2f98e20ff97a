import { describeWithReal, realKafka, startKafka, type RunningKafka } from '@attune/testing';
import { openKafkaStream, type ConsumerStatus, type EventStream } from '../src/index';
import { Collected } from './collected';
import { notes, noteTopic, numbers, range } from './contract-topic';
import { deadLetters } from './stream-contract';

// A broker of its own, which may be killed; where the shared one cannot be had, this one cannot either.
describeWithReal(realKafka, 'a stream whose broker comes and goes', () => {
  let kafka: RunningKafka;
  let stream: EventStream;
  const statuses = new Collected<ConsumerStatus>();

  beforeAll(async () => {
    kafka = await startKafka();
    stream = await openKafkaStream({
      brokers: [kafka.brokers],
      maxWait: 50,
      sessionTimeout: 6_000,
      requestTimeout: 5_000,
      observer: { changed: (status) => statuses.add(status) },
    });
  }, 60_000);

  afterAll(async () => {
    await stream.close();
    await kafka.stop();
  }, 60_000);

  it('goes on by itself: nothing that was acknowledged is lost, each key keeps its order, and it says that it waits', async () => {
    const topic = noteTopic({ partitions: 3 });
    await stream.applyTopics([topic]);
    const handled = new Collected<number>();
    const running = await stream.subscribe({
      topic,
      group: 'readers',
      maxBatch: 20,
      handle: async (batch) => handled.add(...numbers(batch)),
    });
    await stream.publish(topic.name, notes(100));
    await handled.count(100);

    await kafka.kill();
    await expect(stream.publish(topic.name, notes(1, { first: 100 }))).rejects.toMatchObject({ code: 'dependency-unavailable' });
    await statuses.until((all) => all.at(-1)?.state === 'reconnecting');
    expect(running.status()).toMatchObject({ ready: false, reason: expect.any(String) });
    await kafka.restart();
    await publishUntilAccepted(100);
    await handled.until((all) => range(200).every((n) => all.includes(n)));

    const restarting = kafka.restart();
    await publishUntilAccepted(200);
    await restarting;
    await handled.until((all) => range(300).every((n) => all.includes(n)));

    await statuses.until(() => running.status().ready);
    expect(await deadLetters(stream, topic)).toEqual([]);
    for (const key of range(7)) {
      const firstTold = [...new Set(handled.all.filter((n) => n % 7 === key))];
      expect(firstTold).toEqual([...firstTold].sort((left, right) => left - right));
    }

    async function publishUntilAccepted(first: number): Promise<void> {
      for (;;) {
        try {
          return await stream.publish(topic.name, notes(100, { first }));
        } catch (error) {
          expect(error).toMatchObject({ code: 'dependency-unavailable' });
        }
      }
    }
  }, 240_000);
});
