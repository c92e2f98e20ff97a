import { AttuneError } from '@attune/artifact';
import { deadLetterTopic } from '@attune/contracts';
import { DependencyUnavailableError, RetriableError, type EventBatch } from '../src/index';
import { Collected, gate } from './collected';
import { note, notes, noteTopic, numbers, range, type Note } from './contract-topic';
import { deadLetters, everything, watchStatus, type ContractFixture } from './stream-contract';

/** What a stream promises when handlers fail, messages are no good, or a dependency is away. */
export function describeFailure(fixture: ContractFixture): void {
  it('tries a failed batch again, in order, before anything behind it', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(6));
    const handled = new Collected<number[]>();
    const attempts: number[][] = [];
    await stream.subscribe({
      topic,
      group: 'readers',
      maxBatch: 3,
      async handle(batch) {
        attempts.push(numbers(batch));
        if (attempts.length < 3) throw new RetriableError('Not yet.');
        handled.add(numbers(batch));
      },
    });
    expect(await handled.count(2)).toEqual([range(3), range(3, 3)]);
    expect(attempts).toEqual([range(3), range(3), range(3), range(3, 3)]);
    expect(await deadLetters(stream, topic)).toEqual([]);
  });

  it('finds the messages that fail, sends only those to dead letters, and handles the others', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    const published = notes(20).map((message) => ({ ...message, headers: { shape: 'round' } }));
    await stream.publish(topic.name, published);
    const handled = new Collected<number>();
    await stream.subscribe({
      topic,
      group: 'readers',
      maxAttempts: 2,
      async handle(batch) {
        if (numbers(batch).some((n) => n === 4 || n === 13)) throw new Error('This one is bad.');
        handled.add(...numbers(batch));
      },
    });
    await handled.count(18);
    expect(handled.all).toEqual(range(20).filter((n) => n !== 4 && n !== 13));
    const letters = await deadLetters(stream, topic);
    expect(letters.map(({ value }) => String(value))).toEqual([4, 13].map((n) => String(note(n).value)));
    expect(letters[0]).toMatchObject({
      key: 'key-4',
      headers: {
        shape: 'round',
        'dead-letter-error': 'Error: This one is bad.',
        'dead-letter-attempts': expect.stringMatching(/^[2-9]$/),
        'dead-letter-group': 'readers',
        'dead-letter-original-topic': topic.name,
        'dead-letter-original-partition': '0',
        'dead-letter-original-offset': '4',
        'dead-letter-original-timestamp': expect.stringMatching(/^\d{13}$/),
      },
    });
  });

  it('sends what its schema refuses to dead letters at once, bytes untouched, and never shows it to the handler', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    const noJson = Buffer.from([0xff, 0x00, 0x7b]);
    await stream.publish(topic.name, [
      note(0),
      { key: 'a', value: noJson },
      { key: 'b', value: '{"n":"one"}' },
      { key: 'c', value: '[]' },
      { key: 'd', value: null },
      note(1),
    ]);
    const handled = new Collected<number>();
    await stream.subscribe({ topic, group: 'readers', handle: async (batch) => handled.add(...numbers(batch)) });
    expect(await handled.count(2)).toEqual([0, 1]);
    const letters = await deadLetters(stream, topic);
    expect(letters.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
    expect(letters[0]?.value).toEqual(noJson);
    expect(letters[3]?.value).toBeNull();
    const [, wrongType] = letters;
    expect(wrongType?.headers['dead-letter-error']).toMatch(/does not fit the schema.*n:/);
    expect(wrongType?.headers['dead-letter-attempts']).toBe('0');
  });

  it('waits while a dependency is away, counts no attempt, and says that it waits', async () => {
    const topic = noteTopic({ partitions: 1 });
    const { statuses, options } = watchStatus();
    const stream = await fixture.openWith([topic], options);
    await stream.publish(topic.name, notes(4));
    const handled = new Collected<number>();
    let calls = 0;
    const running = await stream.subscribe({
      topic,
      group: 'readers',
      maxAttempts: 2,
      async handle(batch) {
        calls += 1;
        if (calls <= 6) throw new Error('wrapped', { cause: new DependencyUnavailableError('The database is away.') });
        handled.add(...numbers(batch));
      },
    });
    const waiting = (await statuses.until((all) => all.some(({ state }) => state === 'waiting'))).find(({ state }) => state === 'waiting');
    expect(waiting).toMatchObject({ ready: false, reason: 'The database is away.' });
    expect(await handled.count(4)).toEqual(range(4));
    expect(await deadLetters(stream, topic)).toEqual([]);
    expect(running.status()).toMatchObject({ state: 'running', ready: true });
  });

  it.each(['disk-full', 'missing-topic'] as const)('waits, too, for what a handler fails of with %s', async (code) => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(2));
    const handled = new Collected<number>();
    let calls = 0;
    await stream.subscribe({
      topic,
      group: 'readers',
      maxAttempts: 1,
      async handle(batch) {
        calls += 1;
        if (calls <= 3) throw new AttuneError(code, 'Not the fault of a message.');
        handled.add(...numbers(batch));
      },
    });
    expect(await handled.count(2)).toEqual(range(2));
    expect(await deadLetters(stream, topic)).toEqual([]);
  });

  it('lets the other partitions go on while one of them fails or waits', async () => {
    const topic = noteTopic({ partitions: 3 });
    const stream = await fixture.openWith([topic]);
    const stuck = await partitionOf(stream, topic.name, 'stuck');
    const other = await otherKey(stream, topic.name, stuck);
    const handled = new Collected<number>();
    const isMended = gate();
    let mended = false;
    void isMended.opened.then(() => (mended = true));
    await stream.subscribe({
      topic,
      group: 'readers',
      async handle(batch) {
        if (batch.partition === stuck && !mended) throw new DependencyUnavailableError('Away.');
        handled.add(...numbers(batch).filter((n) => n >= 100));
      },
    });
    await stream.publish(topic.name, [note(100, 'stuck'), note(101, other), note(102, 'stuck'), note(103, other)]);
    await handled.count(2);
    expect(handled.all).toEqual([101, 103]);
    isMended.open();
    expect(await handled.count(4)).toEqual([101, 103, 100, 102]);
  });

  it('leaves a message that its handler sent to dead letters out of the next attempt', async () => {
    const topic = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, notes(3));
    const attempts = new Collected<number[]>();
    await stream.subscribe({
      topic,
      group: 'readers',
      async handle(batch: EventBatch<Note>) {
        attempts.add(numbers(batch));
        for (const { event, message } of batch.events) {
          if (event.n === 1) await batch.deadLetter(message, new Error('From the far future.'));
        }
        if (attempts.all.length < 3) throw new RetriableError('Not yet.');
      },
    });
    expect(await attempts.count(3)).toEqual([range(3), [0, 2], [0, 2]]);
    const letters = await deadLetters(stream, topic);
    expect(letters.map(({ headers }) => headers['dead-letter-error'])).toEqual(['Error: From the far future.']);
  });

  it('delivers deletions of a compacted topic to those who ask, never beside an event of their key', async () => {
    const topic = noteTopic({ partitions: 1, cleanup: 'compact', retentionMs: undefined });
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, [note(1, 'a'), note(2, 'b'), { key: 'a', value: null }, note(3, 'a'), note(4, 'c')]);
    const batches = new Collected<string[]>();
    const others = new Collected<number>();
    await stream.subscribe({
      topic,
      group: 'asks',
      deletions: true,
      async handle({ events, deletions }) {
        batches.add([...events.map(({ message, event }) => `${message.key}=${event.n}`), ...deletions.map(({ key }) => `${key} deleted`)]);
      },
    });
    await stream.subscribe({ topic, group: 'does not ask', handle: async (batch) => others.add(...numbers(batch)) });
    expect(await batches.until((all) => all.flat().length >= 5)).toEqual([['a=1', 'b=2'], ['a deleted'], ['a=3', 'c=4']]);
    expect(await others.count(4)).toEqual([1, 2, 3, 4]);
    expect(await everything(stream, deadLetterTopic(topic.name))).toEqual([]);
  });
}

type Stream = Parameters<typeof everything>[0];

async function partitionOf(stream: Stream, topic: string, key: string): Promise<number> {
  await stream.publish(topic, [note(0, key)]);
  return (await everything(stream, topic)).find((message) => message.key === key)?.partition ?? 0;
}

async function otherKey(stream: Stream, topic: string, partition: number): Promise<string> {
  await stream.publish(topic, notes(20, { keys: 20 }));
  const elsewhere = (await everything(stream, topic)).find((message) => message.partition !== partition);
  return elsewhere?.key ?? '';
}
