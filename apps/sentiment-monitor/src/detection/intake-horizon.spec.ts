import { TOPICS, type TopicDefinition } from '@attune/contracts';
import { openMemoryStream, type MemoryEventStream, type OutgoingMessage, type RunningSubscription } from '@attune/event-stream';
import { exampleEvents } from '../examples';
import { CONSUMER_GROUPS } from '../consumer-groups';
import { IntakeHorizon } from './intake-horizon';

describe('IntakeHorizon', () => {
  let stream: MemoryEventStream;
  let now = 0;
  let horizon: IntakeHorizon;
  const { marketDocuments, marketSentiment } = TOPICS;
  const { document, sentiment } = exampleEvents();
  const publish = (topic: TopicDefinition<never>, event: object, keys: readonly string[]): Promise<void> =>
    stream.publish(
      topic.name,
      keys.map((key): OutgoingMessage => ({ key, value: JSON.stringify(event) })),
    );
  /** Handles what there is of a topic, and stops. */
  const handleAll = async (topic: TopicDefinition<never>, group: string): Promise<void> => {
    const running: RunningSubscription = await stream.subscribe({ topic, group, handle: async () => undefined });
    await stream.drained();
    await running.stop();
  };
  const documents = marketDocuments as unknown as TopicDefinition<never>;
  const sentiments = marketSentiment as unknown as TopicDefinition<never>;

  beforeEach(() => {
    stream = openMemoryStream({ topics: [marketDocuments, marketSentiment] as TopicDefinition[] });
    now = 1_000;
    horizon = new IntakeHorizon(stream, () => now);
  });
  afterEach(() => stream.close());

  it('is where the clock is while nothing is behind', async () => {
    expect(horizon.time).toBe(-Infinity);
    expect(await horizon.advance()).toBe(1_000);
    now = 2_000;
    expect(await horizon.advance()).toBe(2_000);
    expect(horizon.time).toBe(2_000);
  });

  it('stands still until both stages have handled what came in before, and then is where the clock was', async () => {
    await publish(documents, document, ['a', 'b', 'c']);
    expect(await horizon.advance()).toBe(-Infinity);
    now = 2_000;
    await publish(sentiments, sentiment, ['w']);
    await handleAll(documents, CONSUMER_GROUPS.scoring);
    expect(await horizon.advance()).toBe(-Infinity);
    await publish(documents, document, ['d']);
    now = 3_000;
    await handleAll(sentiments, CONSUMER_GROUPS.detection);
    expect(await horizon.advance()).toBe(1_000);
    expect(await horizon.advance()).toBe(1_000);
    await handleAll(documents, CONSUMER_GROUPS.scoring);
    expect(await horizon.advance()).toBe(3_000);
  });

  it('moves on under steady load, where something is always behind', async () => {
    for (let second = 1; second <= 5; second += 1) {
      await handleAll(documents, CONSUMER_GROUPS.scoring);
      await publish(documents, document, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
      now = second * 1_000;
      await horizon.advance();
    }
    expect(horizon.time).toBe(4_000);
  });
});
