import type { Conversation, SocketEvent } from '@attune/contracts';
import { createApiKey } from '@attune/service-kit';
import { describeOnBothDatabases } from './on-both-databases';
import { connect, type SocketClient, type SocketOptions } from './socket-client';

const REFUSED = 4401;
const KEYS = { read: createApiKey('reader', 'read'), write: createApiKey('web', 'write') };

describeOnBothDatabases(
  'WebSockets where API keys are needed',
  'socket_keys',
  ({ ask, url }) => {
    const clients: SocketClient[] = [];
    const open = async (options: SocketOptions): Promise<SocketClient> => {
      const client = await connect(url(), options);
      clients.push(client);
      return client;
    };
    afterEach(async () => {
      for (const client of clients.splice(0)) {
        client.close();
        await client.closed;
      }
    });

    it.each<[string, SocketOptions]>([
      ['without a key', {}],
      ['with a wrong one', { headers: { authorization: 'Bearer attune_wrong' } }],
      ['with a wrong one as a subprotocol', { protocols: ['key.attune_wrong'] }],
      ['with one that may only read', { headers: { authorization: `Bearer ${KEYS.read.key}` } }],
      ['with its key in the address alone', { headers: { referer: `http://localhost/?key=${KEYS.write.key}` } }],
    ])('are closed %s, before anything is said', async (_, options) => {
      const client = await open(options);
      client.send('say', { conversationId: 'any', text: 'hello', key: 'k' });
      expect(await client.closed).toBe(REFUSED);
      expect(client.events).toEqual([]);
    });

    it.each<[string, SocketOptions]>([
      ['in a header, as other clients do', { headers: { 'x-api-key': KEYS.write.key } }],
      ['as a subprotocol, as browsers do', { protocols: [`key.${KEYS.write.key}`], headers: { origin: 'https://shop.example' } }],
    ])('are let in with a key %s, and hold conversations', async (_, options) => {
      const begun = await ask<Conversation>('POST', '/v1/conversations', { locale: 'en' }, { 'x-api-key': KEYS.write.key });
      expect(begun.status).toBe(201);
      const client = await open(options);
      client.send('join', { conversationId: begun.body.id });
      client.send('say', { conversationId: begun.body.id, text: 'hello', key: 'k' });
      const said = await client.until(
        (event): event is Extract<SocketEvent, { event: 'message' }> => event.event === 'message' && event.data.sequence === 2,
      );
      expect(said.data).toMatchObject({ author: 'bot', conversationId: begun.body.id });
    });
  },
  {
    ATTUNE_API_KEYS: Object.values(KEYS)
      .map(({ entry }) => entry)
      .join(','),
  },
);
