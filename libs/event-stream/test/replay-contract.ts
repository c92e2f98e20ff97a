import { deadLetterTopic } from '@attune/contracts';
import { parseReplayFilter, replayDeadLetters, type EventStream } from '../src/index';
import { note, noteTopic } from './contract-topic';
import { deadLetters, everything, type ContractFixture } from './stream-contract';
import { Collected } from './collected';

/** What replaying dead letters does on any stream. */
export function describeReplay(fixture: ContractFixture): void {
  const topic = noteTopic({ partitions: 1 });

  async function openWithDeadLetters(): Promise<EventStream> {
    const stream = await fixture.openWith([topic]);
    await stream.publish(topic.name, [note(1, 'a'), { key: 'b', value: 'no note', headers: { shape: 'round' } }, note(2, 'b')]);
    const handled = new Collected<number>();
    const running = await stream.subscribe({
      topic,
      group: 'first',
      maxAttempts: 1,
      async handle({ events }) {
        if (events.some(({ event }) => event.n === 1)) throw new Error('The database says no.');
        handled.add(...events.map(({ event }) => event.n));
      },
    });
    await handled.count(1);
    await running.stop();
    return stream;
  }

  it('sends dead letters back to their origin with bytes and headers as they were, counts the times, and stops at three', async () => {
    const stream = await openWithDeadLetters();
    const letters = deadLetterTopic(topic.name);
    expect(await replayDeadLetters(stream, { topic: letters, dryRun: true })).toMatchObject({ read: 2, replayed: 2 });
    expect(await everything(stream, topic.name)).toHaveLength(3);

    expect(await replayDeadLetters(stream, { topic: letters })).toEqual({ read: 2, replayed: 2, filtered: 0, exhausted: 0, homeless: 0 });
    const [invalid] = (await everything(stream, topic.name)).slice(3).filter(({ key }) => key === 'b');
    expect(invalid).toMatchObject({ key: 'b', headers: { shape: 'round', 'attune-replays': '1' } });
    expect(String(invalid?.value)).toBe('no note');
    expect(Object.keys(invalid?.headers ?? {}).sort()).toEqual(['attune-replays', 'shape']);

    const running = await stream.subscribe({
      topic,
      group: 'first',
      maxAttempts: 1,
      handle: async () => {
        throw new Error('Again.');
      },
    });
    await until(async () => (await deadLetters(stream, topic)).length >= 4);
    await running.stop();
    expect(await replayDeadLetters(stream, { topic: letters, maxReplays: 1 })).toMatchObject({ read: 4, replayed: 2, exhausted: 2 });
  });

  it('sends only what its filters accept, to the topic that it is told, at the rate that it is told', async () => {
    const other = noteTopic({ partitions: 1 });
    const stream = await fixture.openWith([topic, other]);
    await stream.publish(
      deadLetterTopic(topic.name),
      ['a', 'b', 'a', 'a'].map((key, n) => ({ ...note(100 + n, key), headers: { 'dead-letter-error': 'Error: TimeOut' } })),
    );
    const filters = ['error~timeout', 'key=a'].map(parseReplayFilter);
    const startedAt = performance.now();
    const summary = await replayDeadLetters(stream, { topic: deadLetterTopic(topic.name), to: other.name, filters, rate: 10 });
    expect(summary).toMatchObject({ replayed: 3 });
    // The third may go when two tenths of a second are over.
    expect(performance.now() - startedAt).toBeGreaterThan(195);
    expect((await everything(stream, other.name)).map(({ value }) => JSON.parse(String(value)).n)).toEqual([100, 102, 103]);
  });
}

/** Repeats a question whose answer only the stream knows, until it is yes. */
async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setImmediate(resolve));
}
