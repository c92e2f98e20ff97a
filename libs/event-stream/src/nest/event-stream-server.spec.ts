import 'reflect-metadata';
import type { TopicDefinition } from '@attune/contracts';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Collected } from '../../test/collected';
import { note, noteTopic, notes, numbers, type Note } from '../../test/contract-topic';
import { DependencyUnavailableError } from '../errors';
import { openMemoryStream, type MemoryEventStream } from '../memory/memory-stream';
import type { ConsumerStatus, EventBatch } from '../port';
import { BatchHandler } from './batch-handler';
import { EventStreamServer } from './event-stream-server';

const TOPIC: TopicDefinition<Note> = noteTopic();

async function microserviceOf(controllers: Type[], stream: MemoryEventStream): Promise<INestMicroservice> {
  @Module({ controllers })
  class SpecModule {}
  return NestFactory.createMicroservice(SpecModule, { strategy: new EventStreamServer(stream), logger: false });
}

describe('EventStreamServer', () => {
  const statuses = new Collected<ConsumerStatus>();
  let stream: MemoryEventStream;
  beforeEach(() => {
    stream = openMemoryStream({ topics: [TOPIC], backOff: { base: 1, cap: 2 }, observer: { changed: (status) => statuses.add(status) } });
  });
  afterEach(() => stream.close());

  it('brings batches to decorated methods with what the decorator says, and drains them when the application closes', async () => {
    const handled = new Collected<EventBatch<Note>>();
    @Controller()
    class NotesController {
      readonly received = handled;

      @BatchHandler(TOPIC, { group: 'spec', maxBatch: 5 })
      async handle(batch: EventBatch<Note>): Promise<void> {
        this.received.add(batch);
      }
    }
    const application = await microserviceOf([NotesController], stream);
    await application.listen();
    await stream.publish(TOPIC.name, notes(40));
    await handled.until((all) => all.flatMap(numbers).length >= 40);
    expect(Math.max(...handled.all.map(({ events }) => events.length))).toBe(5);
    expect(stream.status()).toEqual([expect.objectContaining({ group: 'spec', topic: TOPIC.name, ready: true })]);
    await application.close();
    expect(stream.status()).toEqual([]);
    await stream.publish(TOPIC.name, [note(1)]);
  });

  it('passes errors on as they were thrown, so that an absent dependency is waited for', async () => {
    const handled = new Collected<number>();
    let calls = 0;
    @Controller()
    class NotesController {
      @BatchHandler(TOPIC, { group: 'spec', maxAttempts: 1 })
      async handle(batch: EventBatch<Note>): Promise<void> {
        calls += 1;
        if (calls < 4) throw new DependencyUnavailableError('The database is away.');
        handled.add(...numbers(batch));
      }
    }
    const application = await microserviceOf([NotesController], stream);
    await application.listen();
    await stream.publish(TOPIC.name, [note(7)]);
    expect(await handled.count(1)).toEqual([7]);
    expect(statuses.all.map(({ reason }) => reason)).toContain('The database is away.');
    await application.close();
  });

  it('refuses two handlers that would share the messages of a topic unawares', async () => {
    @Controller()
    class OneController {
      @BatchHandler(TOPIC, { group: 'spec' })
      async handle(_batch: EventBatch<Note>): Promise<void> {
        // Nothing arrives.
      }
    }
    @Controller()
    class OtherController extends OneController {}
    const application = await microserviceOf([OneController, OtherController], stream);
    await expect(application.listen()).rejects.toMatchObject({ code: 'wrong-use', message: expect.stringContaining('spec') });
    expect(stream.status()).toEqual([]);
    await application.close();
  });
});
