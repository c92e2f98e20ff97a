import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conversation, MessageResponse } from '@attune/contracts';
import { startService, writeConceptModel, type RunningService } from '@attune/testing';
import { clientOf, PROGRAM, START_TIMEOUT } from './on-both-databases';
import { startSearchSystem, type SearchSystem } from './search-system';

describe('a turn that the external search helps to answer', () => {
  let folder: string;
  let system: SearchSystem;
  let running: RunningService;
  const service = clientOf(() => running);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-external-'));
    const models = join(folder, 'models');
    await writeConceptModel(models);
    system = await startSearchSystem();
    running = await startService(PROGRAM, { ATTUNE_MODELS: models, ATTUNE_DATA: join(folder, 'data'), ATTUNE_SEARCH_URL: system.url });
  }, START_TIMEOUT);
  afterAll(async () => {
    await running.stop();
    await system.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Texts that went through the model so far. */
  const computedTexts = async (): Promise<number> =>
    Number(/^attune_inference_batch_texts_sum(?:\{[^}]*\})? (\d+)/m.exec(await service.read('/metrics'))?.[1] ?? 0);

  const ask = async (text: string): Promise<MessageResponse> => {
    const { id } = (await service.ask<Conversation>('POST', '/v1/conversations', { locale: 'en' })).body;
    return (await service.ask<MessageResponse>('POST', `/v1/conversations/${id}/messages`, { text })).body;
  };

  it('puts each text through the model once: the message, the hit, and the two sentences of it', async () => {
    const before = await computedTexts();
    const { reply } = await ask('can i exchange it for a replacement');
    expect(reply).toMatchObject({ action: 'answer', citations: [{ kind: 'external', url: 'https://help.example/exchange' }] });
    expect((await computedTexts()) - before).toBe(4);
  });

  it('embeds no more than the message where the hit is known already', async () => {
    const before = await computedTexts();
    expect((await ask('may i exchange it for a replacement')).reply).toMatchObject({ citations: [{ kind: 'external' }] });
    expect((await computedTexts()) - before).toBe(1);
  });
});
