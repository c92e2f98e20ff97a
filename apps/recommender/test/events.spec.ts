import { deadLetterTopic, TOPICS, type Behaviour, type TopicDefinition, type UserProfile } from '@attune/contracts';
import { cloudEventMessage, openKafkaStream, type EventStream } from '@attune/event-stream';
import { createDatabase, dropDatabase } from '@attune/storage';
import { describeWithReal, realKafka, realPostgres, until, writeHandSetRanking, type RunningService } from '@attune/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleEvents } from '../src/examples';
import { RecommenderClient, START_TIMEOUT } from './running-recommender';

const { catalogItems, behaviourEvents } = TOPICS;
const DATABASE = 'attune_recommender_events';
const USERS = 20;
const EVENTS_EACH = 100;

/** On a shared one, other specs publish on the same topics. */
const ownKafka = { ...realKafka, name: 'Kafka of its own', fromEnvironment: () => undefined };

describeWithReal(realPostgres, 'events of the recommender', (url) => {
  describeWithReal(ownKafka, 'on Kafka', (brokers) => {
    let folder: string;
    let stream: EventStream;
    let environment: Record<string, string>;
    let instances: RunningService[];
    const [first, second] = [0, 1].map((place) => new RecommenderClient(() => instances[place]));

    const start = () => RecommenderClient.start({ models: join(folder, 'models'), environment });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'attune-recommender-'));
      await writeHandSetRanking(join(folder, 'models'));
      stream = await openKafkaStream({ brokers: brokers(), maxWait: 50 });
      await stream.applyTopics([catalogItems, behaviourEvents] as TopicDefinition[]);
      environment = {
        ATTUNE_MODELS: join(folder, 'models'),
        DATABASE_URL: await createDatabase(url(), DATABASE),
        KAFKA_BROKERS: brokers().join(','),
        ATTUNE_INFERENCE_THREADS: '1',
      };
      instances = [await start(), await start()];
    }, START_TIMEOUT);

    afterAll(async () => {
      for (const instance of instances) await instance.stop();
      await stream.close();
      await dropDatabase(url(), DATABASE);
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    const publishItem = (id: string, item: object) => {
      const data = { ...exampleEvents().item.data, title: id, text: '', ...item, id };
      return stream.publish(catalogItems.name, [
        cloudEventMessage(catalogItems, id, { ...exampleEvents().item, id: `item-${id}`, subject: id, data }),
      ]);
    };
    const behaviourMessage = (id: string, data: Omit<Behaviour, 'id'>) =>
      cloudEventMessage(behaviourEvents, data.user, { ...exampleEvents().behaviour, id, subject: data.user, data });

    it('bring items in and take them out', async () => {
      await publishItem('roses', { title: 'rose' });
      await publishItem('tulips', { title: 'tulip' });
      const listed = async (client: RecommenderClient) => (await client.listFor({ limit: 10 })).sort().join();
      await until(async () => (await listed(first)) === 'roses,tulips' && (await listed(second)) === 'roses,tulips');
      await stream.publish(catalogItems.name, [{ key: 'tulips', value: null }]);
      await until(async () => (await listed(first)) === 'roses' && (await listed(second)) === 'roses');
    });

    it('count as often as they were sent, through kills and repeats, and both instances agree', async () => {
      const at = (second: number) => new Date(Date.now() - 86_400_000 + 1_000 * second).toISOString();
      const messages = Array.from({ length: USERS * EVENTS_EACH }, (_, place) =>
        behaviourMessage(`event-${String(place)}`, {
          user: `user-${String(place % USERS)}`,
          item: 'roses',
          type: 'viewed',
          at: at(place),
        }),
      );
      for (let from = 0; from < messages.length; from += 200) {
        await stream.publish(behaviourEvents.name, messages.slice(from, from + 200));
        // Sent again by a producer that did not hear that it had arrived.
        await stream.publish(behaviourEvents.name, messages.slice(from, from + 50));
        if (from !== 600 && from !== 1_400) continue;
        const victim = from === 600 ? 0 : 1;
        await instances[victim].stop('SIGKILL');
        instances[victim] = await start();
      }
      const countOf = async (client: RecommenderClient, user: number) => {
        const { body } = await client.ask<Partial<UserProfile>>('GET', `/v1/users/user-${String(user)}`);
        return body.events ?? 0;
      };
      for (let user = 0; user < USERS; user++) await until(async () => (await countOf(first, user)) >= EVENTS_EACH);
      for (const client of [first, second]) {
        for (let user = 0; user < USERS; user++) expect([user, await countOf(client, user)]).toEqual([user, EVENTS_EACH]);
      }
      const ask = { user: 'user-3', seen: {}, limit: 10 };
      const probability = async (client: RecommenderClient) =>
        (await client.recommend(ask)).items.map(({ id, score }) => [id, score.toFixed(3)].join(' '));
      await until(async () => (await probability(first)).join() === (await probability(second)).join());
    }, 180_000);

    it('that no handler can take go to dead letters, and the others go on', async () => {
      const future = behaviourMessage('far', { user: 'u', item: 'roses', type: 'viewed', at: '2999-01-01T00:00:00Z' });
      await stream.publish(behaviourEvents.name, [
        { key: 'u', value: '{"no":' },
        future,
        behaviourMessage('good', { user: 'after', item: 'roses', type: 'shared', at: at0() }),
      ]);
      await until(async () => (await first.ask('GET', '/v1/users/after')).status === 200);
      const letters: string[] = [];
      await until(async () => {
        letters.length = 0;
        await stream.readToEnd(
          deadLetterTopic(behaviourEvents.name),
          async (found) => void letters.push(...found.map(({ value }) => String(value))),
        );
        return letters.length === 2;
      });
      expect(letters.sort()).toEqual(['{"no":', String(future.value)].sort());
    });
  });
});

const at0 = () => new Date(Date.now() - 1_000).toISOString();
