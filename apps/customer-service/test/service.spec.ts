import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conversation, Entry, MessageResponse } from '@attune/contracts';
import { type RunningService, startService, writeConceptModel } from '@attune/testing';

/** Milliseconds that a start may take where other specs keep the processors busy. */
const START_TIMEOUT = 180_000;
const PROGRAM = join(__dirname, '../bin/customer-service.js');

describe('the customer service on its embedded defaults', () => {
  let folder: string;
  let service: RunningService;
  const environment = () => ({ ATTUNE_MODELS: join(folder, 'models'), ATTUNE_DATA: join(folder, 'data') });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-service-'));
    await writeConceptModel(join(folder, 'models'));
    service = await startService(PROGRAM, environment());
  }, START_TIMEOUT);
  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const post = async <T>(path: string, body: unknown, headers?: Record<string, string>) => {
    const { status, body: answer } = await service.request('POST', path, body, headers);
    return { status, body: answer as T };
  };

  it('answers from an entry as soon as it is written', async () => {
    const entry = await post<Entry>('/v1/knowledge', {
      question: 'How do I return an item?',
      answer: 'Within 30 days.',
      intent: 'return_item',
    });
    expect(entry.status).toBe(201);
    const { body: conversation } = await post<Conversation>('/v1/conversations', {});
    const { status, body } = await post<MessageResponse>(`/v1/conversations/${conversation.id}/messages`, { text: 'can i send it back' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      message: { sequence: 1, author: 'customer' },
      reply: { action: 'answer', text: 'Within 30 days.', intent: 'return_item', citations: [{ kind: 'entry', id: entry.body.id }] },
    });
  });
});
