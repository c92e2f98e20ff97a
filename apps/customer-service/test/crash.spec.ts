import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversation, Message, MessageResponse } from '@attune/contracts';
import { startService, until, type RunningService } from '@attune/testing';
import { startHeldSystem, type HeldSystem } from './held-system';
import {
  clientOf,
  describeAtBothPlaces,
  describeOnPostgres,
  PROGRAM,
  START_TIMEOUT,
  type Place,
  type ServiceClient,
} from './on-both-databases';

const ORDER = {
  question: 'Where is my order?',
  phrasings: ['track my parcel'],
  intent: 'track_order',
  slots: [{ name: 'orderNumber', type: 'order-number', ask: 'Which order is it about?' }],
  action: 'orderStatus',
  answer: '{{#status}}Order {{orderNumber}} is {{status}}.{{/status}}{{^status}}Nobody knows.{{/status}}',
};
const RETURN = { question: 'How do I return an item?', answer: 'Within 30 days.', intent: 'return_item' };
const ASKED = 'where is my order 48-2210';
const ANSWERED = 'Order 48-2210 is on its way.';

/** Begins a conversation; the same key gives the same one. */
async function begin({ ask }: ServiceClient, key: string): Promise<string> {
  return (await ask<Conversation>('POST', '/v1/conversations', { locale: 'en' }, { 'idempotency-key': key })).body.id;
}

async function messagesOf({ ask }: ServiceClient, id: string): Promise<Message[]> {
  return (await ask<{ items: Message[] }>('GET', `/v1/conversations/${id}/messages`)).body.items;
}

/** A service with an action that waits, and the environment to start it with. */
async function placeWithHeldAction({ models, environment }: Place): Promise<{ system: HeldSystem; environment: Record<string, string> }> {
  const system = await startHeldSystem();
  const file = join(models, '..', 'actions.json');
  await writeFile(file, JSON.stringify({ orderStatus: system.action }));
  return { system, environment: { ...environment, ATTUNE_ACTIONS_FILE: file } };
}

describeAtBothPlaces('a service that is killed while it works out replies', 'crash', (place) => {
  it(
    'answers each message once after it has come back, whether its sender asks again or not',
    async () => {
      const { system, environment } = await placeWithHeldAction(place());
      let running: RunningService = await startService(PROGRAM, environment);
      const service = clientOf(() => running);
      const say = (id: string, text: string, key: string) =>
        service.ask<MessageResponse>('POST', `/v1/conversations/${id}/messages`, { text }, { 'idempotency-key': key });
      try {
        for (const entry of [ORDER, RETURN]) expect((await service.ask('POST', '/v1/knowledge', entry)).status).toBe(201);
        const names = Array.from({ length: 6 }, (_, place) => `conversation-${place}`);
        const ids = await Promise.all(names.map((name) => begin(service, name)));
        const cutOff = Promise.allSettled(ids.map((id) => say(id, ASKED, 'first')));
        await system.until(ids.length);
        // A message behind one that is being answered waits for its turn, and is accepted all the same.
        const behind = Promise.allSettled([say(ids[0], 'can i send it back', 'second')]);
        await until(async () => (await messagesOf(service, ids[0])).length === 2);

        await running.stop('SIGKILL');
        for (const result of [...(await cutOff), ...(await behind)]) expect(result.status).toBe('rejected');
        system.release();
        running = await startService(PROGRAM, environment);

        expect(await Promise.all(names.map((name) => begin(service, name)))).toEqual(ids);
        // Half of the senders ask again.
        for (const id of ids.slice(0, 3)) expect((await say(id, ASKED, 'first')).body.reply).toMatchObject({ text: ANSWERED });
        const said = (id: string): number => (id === ids[0] ? 4 : 2);
        for (const id of ids) await until(async () => (await messagesOf(service, id)).length >= said(id));
        for (const id of ids) {
          const messages = await messagesOf(service, id);
          expect(messages).toHaveLength(said(id));
          const asked = messages.filter(({ author }) => author === 'customer');
          const replies = messages.filter(({ author }) => author === 'bot');
          expect(replies.map(({ inReplyTo }) => inReplyTo)).toEqual(asked.map((message) => message.id));
          expect(replies[0].text).toBe(ANSWERED);
          expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, index) => index + 1));
          expect((await say(id, ASKED, 'first')).body).toMatchObject({ message: { id: asked[0].id }, reply: { id: replies[0].id } });
          expect((await say(id, 'how do i return it', 'third')).body.reply).toMatchObject({ text: 'Within 30 days.' });
        }
        // What a system was asked for a message is told from another message's by its key: it can see that it did it already.
        expect(new Set(system.keys).size).toBe(ids.length);
      } finally {
        system.release();
        await running.stop();
        await system.close();
      }
    },
    START_TIMEOUT,
  );
});

describeOnPostgres('two instances behind one database', 'two_instances', (place) => {
  let system: HeldSystem;
  let instances: RunningService[];
  const clients: ServiceClient[] = [0, 1].map((number) => clientOf(() => instances[number]));

  beforeAll(async () => {
    const held = await placeWithHeldAction(place());
    system = held.system;
    instances = await Promise.all([startService(PROGRAM, held.environment), startService(PROGRAM, held.environment)]);
    for (const entry of [ORDER, RETURN]) await clients[0].ask('POST', '/v1/knowledge', entry);
    const isKnown = async ({ ask }: ServiceClient): Promise<boolean> =>
      (await ask<{ results: unknown[] }>('GET', '/v1/knowledge/search?text=return+order')).body.results.length === 2;
    for (const client of clients) await until(() => isKnown(client));
  }, START_TIMEOUT);
  afterAll(async () => {
    system.release();
    await Promise.all(instances.map((instance) => instance.stop()));
    await system.close();
  });

  const say = ({ ask }: ServiceClient, id: string, text: string, key: string) =>
    ask<MessageResponse>('POST', `/v1/conversations/${id}/messages`, { text }, { 'idempotency-key': key });

  it(
    'answer every message of the same conversations once and in order, though each is sent to both',
    async () => {
      const texts = ['can i send it back', 'how do i return it', 'returns please', 'may i return this', 'i want to return the item'];
      const ids = await Promise.all(Array.from({ length: 8 }, (_, number) => begin(clients[number % 2], `both-${number}`)));
      const answers = await Promise.all(
        ids.flatMap((id) => texts.flatMap((text, place) => clients.map((client) => say(client, id, text, `key-${place}`)))),
      );
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      // The same request to the other instance has the same answer.
      for (let pair = 0; pair < answers.length; pair += 2) expect(answers[pair + 1].body).toEqual(answers[pair].body);
      for (const id of ids) {
        const messages = await messagesOf(clients[0], id);
        expect(await messagesOf(clients[1], id)).toEqual(messages);
        const asked = messages.filter(({ author }) => author === 'customer');
        expect(asked.map(({ text }) => text).sort()).toEqual([...texts].sort());
        expect(messages.filter(({ author }) => author === 'bot').map(({ inReplyTo }) => inReplyTo)).toEqual(
          asked.map((message) => message.id),
        );
        expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, index) => index + 1));
      }
    },
    START_TIMEOUT,
  );

  it(
    'take over what the other had in hand when it was killed',
    async () => {
      const id = await begin(clients[0], 'taken-over');
      const cutOff = say(clients[0], id, ASKED, 'first').catch(() => 'cut off');
      await system.until(1);
      await instances[0].stop('SIGKILL');
      expect(await cutOff).toBe('cut off');
      system.release();
      await until(async () => (await messagesOf(clients[1], id)).length >= 2);
      expect(await messagesOf(clients[1], id)).toMatchObject([
        { sequence: 1, author: 'customer', text: ASKED },
        { sequence: 2, author: 'bot', text: ANSWERED },
      ]);
      expect((await say(clients[1], id, ASKED, 'first')).body.reply).toMatchObject({ text: ANSWERED });
      expect(await messagesOf(clients[1], id)).toHaveLength(2);
    },
    START_TIMEOUT,
  );
});
