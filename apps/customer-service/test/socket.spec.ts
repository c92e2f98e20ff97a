import type { Conversation, Message, SocketEvent } from '@attune/contracts';
import { WebSocket } from 'ws';
import { describeOnBothDatabases } from './on-both-databases';
import { connect, type SocketClient } from './socket-client';

type MessageEvent = Extract<SocketEvent, { event: 'message' }>;
type ErrorEvent = Extract<SocketEvent, { event: 'error' }>;

const sequence =
  (place: number) =>
  (event: SocketEvent): event is MessageEvent =>
    event.event === 'message' && event.data.sequence === place;
const isError = (event: SocketEvent): event is ErrorEvent => event.event === 'error';
const messagesOf = ({ events }: SocketClient): Message[] => events.flatMap((event) => (event.event === 'message' ? [event.data] : []));

describeOnBothDatabases('conversations over a WebSocket', 'sockets', ({ ask, url }) => {
  const clients: SocketClient[] = [];
  const join = async (conversationId: string, after?: number): Promise<SocketClient> => {
    const client = await connect(url());
    clients.push(client);
    client.send('join', { conversationId, after });
    return client;
  };
  const begin = async (): Promise<string> => (await ask<Conversation>('POST', '/v1/conversations', { locale: 'en' })).body.id;

  beforeAll(async () => {
    await ask('POST', '/v1/knowledge', { question: 'How do I return an item?', answer: 'Within 30 days.', intent: 'return_item' });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      client.close();
      await client.closed;
    }
  });

  it('streams that a reply is on its way, the message and the reply to everyone who follows', async () => {
    const conversationId = await begin();
    const [customer, other] = [await join(conversationId), await join(conversationId)];
    await other.until((event): event is SocketEvent => event.event === 'joined');
    customer.send('say', { conversationId, text: 'can i send it back', key: 'k1' });
    for (const client of [customer, other]) {
      await client.until(sequence(2));
      expect(messagesOf(client)).toMatchObject([
        { sequence: 1, author: 'customer', text: 'can i send it back' },
        { sequence: 2, author: 'bot', text: 'Within 30 days.', reply: { action: 'answer' } },
      ]);
    }
    const kinds = customer.events.map(({ event }) => event);
    expect(kinds.indexOf('typing')).toBeLessThan(kinds.lastIndexOf('message'));
  });

  it('brings what was missed after a break, once, and answers the same key once', async () => {
    const conversationId = await begin();
    const first = await join(conversationId);
    first.send('say', { conversationId, text: 'can i send it back', key: 'k1' });
    await first.until(sequence(2));
    first.close();
    await first.closed;
    await ask('POST', `/v1/conversations/${conversationId}/messages`, { text: 'thank you' });

    const second = await join(conversationId, 2);
    await second.until(sequence(4));
    second.send('say', { conversationId, text: 'can i send it back', key: 'k1' });
    second.send('say', { conversationId, text: 'how do i return it', key: 'k2' });
    await second.until(sequence(6));
    expect(messagesOf(second).map((message) => message.sequence)).toEqual([3, 4, 5, 6]);
    const { body } = await ask<{ items: Message[] }>('GET', `/v1/conversations/${conversationId}/messages`);
    expect(body.items).toHaveLength(6);
  });

  it('shows what a person says', async () => {
    const conversationId = await begin();
    const customer = await join(conversationId);
    customer.send('say', { conversationId, text: 'a human, please', key: 'k1' });
    const { data } = await customer.until(sequence(2));
    const handoff = data.reply?.handoff?.id;
    await ask('POST', `/v1/handoffs/${handoff}/claim`, { agent: 'kim' });
    await ask('POST', `/v1/handoffs/${handoff}/replies`, { agent: 'kim', text: 'Kim here.' });
    expect((await customer.until(sequence(3))).data).toMatchObject({ author: 'person', text: 'Kim here.' });
  });

  it.each([
    ['a conversation that is not there', 'join', { conversationId: 'nowhere' }, 'not-found'],
    ['a message to it', 'say', { conversationId: 'nowhere', text: 'hello', key: 'k' }, 'not-found'],
    ['an empty message', 'say', { conversationId: 'nowhere', text: ' ', key: 'k' }, 'invalid-request'],
    ['a message without a key', 'say', { conversationId: 'nowhere', text: 'hello' }, 'invalid-request'],
    ['something else', 'join', ['nowhere'], 'invalid-request'],
  ])('tells what is wrong with %s, and stays open', async (_, event, data, code) => {
    const client = await join(await begin());
    client.send(event, data);
    expect((await client.until(isError)).data).toMatchObject({ code });
    const conversationId = await begin();
    client.send('join', { conversationId });
    await client.until((each): each is SocketEvent => each.event === 'joined' && each.data.conversationId === conversationId);
  });

  it('refuses a page of elsewhere', async () => {
    const socket = new WebSocket(`${url().replace('http', 'ws')}/v1/socket`, { origin: 'https://elsewhere.example' });
    const code = await new Promise<number>((resolve) => socket.once('close', resolve));
    expect(code).toBe(4401);
  });
});
