import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conversation, Entry, MessageResponse } from '@attune/contracts';
import { createDatabase, dropDatabase } from '@attune/storage';
import { describeWithReal, realPostgres, type RunningService, startService, writeConceptModel } from '@attune/testing';
import { readDocuments } from './conversation-documents';
import { startOrderSystem } from './order-system';
import { startSearchSystem, type SearchSystem } from './search-system';
import { readKnowledge, readScripts, type ExpectedReply, type Script } from './scripted-conversation';

const PROGRAM = join(__dirname, '../bin/customer-service.js');
/** Milliseconds that a start may take where other specs keep the processors busy. */
const START_TIMEOUT = 180_000;
const AGENT = { agent: 'kim' };

describe('scripted conversations', () => {
  let folder: string;
  let orders: Awaited<ReturnType<typeof startOrderSystem>>;
  let search: SearchSystem;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-conversations-'));
    orders = await startOrderSystem();
    search = await startSearchSystem();
    await writeConceptModel(join(folder, 'models'));
    const actions = {
      orderStatus: {
        url: `${orders.url}/orders/{{orderNumber}}`,
        retries: 1,
        timeoutMilliseconds: 5_000,
        values: { status: '/order/status' },
      },
    };
    await writeFile(join(folder, 'actions.json'), JSON.stringify(actions));
  });
  afterAll(async () => {
    await orders.close();
    await search.close();
    await rm(folder, { recursive: true, force: true });
  });
  const environment = (database: Record<string, string>) => ({
    ATTUNE_MODELS: join(folder, 'models'),
    ATTUNE_INFERENCE_THREADS: '1',
    ATTUNE_ACTIONS_FILE: join(folder, 'actions.json'),
    ATTUNE_SEARCH_URL: search.url,
    ATTUNE_SEARCH_TIMEOUT_MS: '2000',
    ATTUNE_SEARCH_RETRIES: '0',
    ...database,
  });

  describe('on the embedded database', () => runScripts(() => Promise.resolve(environment({ ATTUNE_DATA: join(folder, 'data') }))));

  describeWithReal(realPostgres, 'on PostgreSQL', (url) => {
    const name = 'scripted_conversations';
    runScripts(async () => environment({ DATABASE_URL: await createDatabase(url(), name) }));
    afterAll(() => dropDatabase(url(), name));
  });
});

function runScripts(environment: () => Promise<Record<string, string>>): void {
  let service: RunningService;
  const keyOf = new Map<string, string>();

  beforeAll(async () => {
    service = await startService(PROGRAM, await environment());
    for (const { key, input } of readKnowledge()) {
      const { id } = await request<Entry>('POST', '/v1/knowledge', input);
      keyOf.set(id, key);
    }
    for (const { query, mediaType, bytes } of readDocuments()) {
      const headers = { 'content-type': mediaType };
      const { status } = await fetch(`${service.url}/v1/documents?${query}`, { method: 'POST', headers, body: bytes });
      expect(status).toBe(201);
    }
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  const request = async <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> => {
    const answer = await service.request(method, path, body, headers);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as T;
  };

  const play = async ({ locale, steps }: Script): Promise<void> => {
    const { id } = await request<Conversation>('POST', '/v1/conversations', { locale });
    let before: MessageResponse | undefined;
    for (const step of steps) {
      if ('person' in step) {
        const { items } = await request<{ items: { id: string; conversationId: string }[] }>('GET', '/v1/handoffs?limit=200');
        const handoff = items.filter(({ conversationId }) => conversationId === id).at(-1);
        const body = step.person === 'reply' ? { ...AGENT, text: step.text } : AGENT;
        await request('POST', `/v1/handoffs/${handoff?.id}/${step.person === 'reply' ? 'replies' : step.person}`, body);
        continue;
      }
      const headers = 'key' in step && step.key !== undefined ? { 'idempotency-key': step.key } : undefined;
      const answer = await request<MessageResponse>('POST', `/v1/conversations/${id}/messages`, { text: step.customer }, headers);
      if ('sameReplyAs' in step) expect(answer).toEqual(before);
      else
        expect({ said: step.customer, reply: summary(answer.reply) }).toMatchObject({ said: step.customer, reply: expected(step.reply) });
      before = answer;
    }
  };

  const summary = (reply: MessageResponse['reply']) =>
    reply === null
      ? null
      : {
          ...reply,
          entries: reply.citations.map(({ id }) => keyOf.get(id)),
          alternatives: reply.alternatives.map(({ entryId }) => keyOf.get(entryId)).sort(),
          reason: reply.handoff?.reason,
        };

  for (const { file, scripts } of readScripts()) {
    describe(file, () => {
      it.each(scripts.map((script) => ({ title: script.name, script })))('$title', ({ script }) => play(script));
    });
  }
}

/** What a reply is matched against. */
function expected(reply: ExpectedReply | null): unknown {
  if (reply === null) return null;
  const { contains, without, alternatives, text, ...exact } = reply;
  return {
    ...exact,
    ...(alternatives === undefined ? {} : { alternatives: [...alternatives].sort() }),
    ...(text === undefined ? {} : { text }),
    ...(contains === undefined ? {} : { text: expect.stringContaining(contains) }),
    ...(without === undefined ? {} : { text: expect.not.stringContaining(without) }),
  };
}
