import type { Conversation, Entry, Feedback, Handoff, KnowledgeDocument, MessageResponse } from '@attune/contracts';
import { ApiDocument, exampleRequests, fuzzOperation, sendApiRequest, type ApiOperation } from '@attune/testing';
import { describeOnBothDatabases } from './on-both-databases';

const REQUESTS = 15;
const SEED = 20_260_302;

describeOnBothDatabases(
  'the API of the customer service',
  'customer_api',
  ({ ask, upload, url, log }) => {
    /** Ids of things that are there, by the first part of their paths. */
    const things = new Map<string, string>();
    let document: ApiDocument;

    beforeAll(async () => {
      document = await ApiDocument.fetch(url());
    });

    const make = async <Body>(path: string, body: object): Promise<Body> => (await ask<Body>('POST', path, body)).body;
    const makeThings = async (): Promise<void> => {
      const entry = await make<Entry>('/v1/knowledge', { question: 'How do I return an item?', answer: 'Within 30 days.' });
      const { id } = await make<Conversation>('/v1/conversations', {});
      const said = await make<MessageResponse>(`/v1/conversations/${id}/messages`, { text: 'which charger fits' });
      await make(`/v1/conversations/${id}/messages`, { text: 'a human, please' });
      const { items } = (await ask<{ items: Handoff[] }>('GET', '/v1/handoffs?limit=200')).body;
      const correction = { entryId: entry.id, intent: 'return_item' };
      const feedback = await make<Feedback>('/v1/feedback', { messageId: said.reply?.id, rating: 'unhelpful', correction });
      const document = await upload<KnowledgeDocument>('POST', '/v1/documents?title=Returns', 'text/plain', 'Returns are free.');
      things.set('documents', document.body.id);
      const handoff = items.find(({ conversationId }) => conversationId === id);
      things.set('knowledge', entry.id).set('conversations', id).set('feedback', feedback.id);
      things.set('handoffs', handoff?.id ?? '').set('gaps', said.message.id);
    };
    const idFor = ({ path }: ApiOperation): string | undefined => things.get(path.split('/')[2]);
    /** Deletions last: the others need what they delete. */
    const operations = (): ApiOperation[] =>
      [...document.operations].sort((one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'));

    it('has every feature in its document', () => {
      const paths = new Set(document.operations.map(({ path }) => path.split('/')[2]));
      for (const part of ['knowledge', 'documents', 'conversations', 'handoffs', 'feedback', 'gaps']) expect(paths).toContain(part);
    });

    it('answers requests of all kinds as documented, and none with an error of its own', async () => {
      await makeThings();
      const options = { url: url(), headers: {}, requests: REQUESTS, seed: SEED };
      for (const operation of operations()) {
        const id = idFor(operation);
        await fuzzOperation(document, operation, { ...options, ...(id === undefined ? {} : { known: { id: [id] } }) });
      }
      expect(log().filter(({ level }) => level === 'error')).toEqual([]);
      expect((await ask('GET', '/health/ready')).status).toBe(200);
    }, 180_000);

    it('answers every example as documented', async () => {
      await makeThings();
      const faults: string[] = [];
      for (const operation of operations()) {
        const id = idFor(operation);
        for (const request of exampleRequests(operation, id === undefined ? {} : { id })) {
          const answer = await sendApiRequest(url(), request, {});
          const fault = document.faultOf(operation, answer);
          if (fault !== undefined) faults.push(`${operation.operationId}: ${fault}: ${answer.text.slice(0, 300)}`);
        }
      }
      expect(faults).toEqual([]);
    });
  },
  { ATTUNE_RATE_LIMIT: '0' },
);
