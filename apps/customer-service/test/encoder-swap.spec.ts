import { ModelStore } from '@attune/artifact';
import type { Conversation, Entry, MessageResponse, SearchResponse } from '@attune/contracts';
import { type RunningService, startService, until, writeConceptModel } from '@attune/testing';
import { clientOf, describeAtBothPlaces, PROGRAM, START_TIMEOUT } from './on-both-databases';

/** How each entry is asked for: in words that it does not have, so that vectors alone find it. */
const ENTRIES = [
  { question: 'password forgotten', answer: 'Reset it.', asked: 'login locked' },
  { question: 'invoice wanted', answer: 'It is in your account.', asked: 'vat receipt' },
  { question: 'warranty conditions', answer: 'Two years.', asked: 'guarantee repair' },
  { question: 'newsletter wanted no more', answer: 'Follow its link.', asked: 'unsubscribe mailing' },
  { question: 'coupon wanted', answer: 'Enter it at the checkout.', asked: 'discount voucher' },
  { question: 'size wanted', answer: 'See the table.', asked: 'small fit' },
];
const LATER = { question: 'gift wanted', answer: 'We wrap it.', asked: 'wrapping present' };
/** Dense nearness below which the vectors of query and entry are not of one encoder. */
const NEAR = 0.5;
/** Questions that are under way at once while the versions change. */
const ASKERS = 4;

describeAtBothPlaces('a change to an unrelated encoder while questions come in', 'encoder_swap', (place) => {
  it(
    'mixes no vectors of two versions, neither then nor when it is rolled back',
    async () => {
      const { models, environment } = place();
      const running: RunningService = await startService(PROGRAM, { ...environment, ATTUNE_MODEL_POLL_MS: '100' });
      const { ask } = clientOf(() => running);
      const faults: unknown[] = [];
      let isOver = false;
      const versions: string[] = [];
      const know = ({ question, answer }: typeof LATER) => ask<Entry>('POST', '/v1/knowledge', { question, answer });
      const search = async ({ question, asked }: typeof LATER): Promise<string> => {
        const { body } = await ask<SearchResponse>('GET', `/v1/knowledge/search?text=${encodeURIComponent(asked)}`);
        const [first] = body.results;
        if (first === undefined || first.question !== question || (first.dense ?? 0) < NEAR) faults.push({ asked, ...body });
        return body.modelVersion;
      };
      const converse = async ({ answer, asked }: typeof LATER): Promise<void> => {
        const { id } = (await ask<Conversation>('POST', '/v1/conversations', { locale: 'en' })).body;
        const { status, body } = await ask<MessageResponse>('POST', `/v1/conversations/${id}/messages`, { text: asked });
        if (status !== 200 || body.reply?.text !== answer) faults.push({ asked, status, body });
      };
      const load = async (first: number): Promise<void> => {
        for (let turn = first; !isOver; turn++) {
          const entry = ENTRIES[turn % ENTRIES.length];
          versions.push(await search(entry));
          await converse(entry);
        }
      };
      const serves = (version: string): Promise<void> => until(async () => (await search(ENTRIES[0])) === version);
      try {
        for (const entry of ENTRIES) expect((await know(entry)).status).toBe(201);
        const loads = Array.from({ length: ASKERS }, (_, asker) => load(asker));
        await until(() => Promise.resolve(versions.length > 2 * ASKERS));
        await writeConceptModel(models, { version: '2', shift: 7 });
        // Written while the second encoder is made ready, or right after.
        await know(LATER);
        await serves('2');
        await search(LATER);
        const atSecond = versions.length;
        await until(() => Promise.resolve(versions.length > atSecond + 2 * ASKERS));
        const sameTime = { question: 'exchange wanted', answer: 'We swap it.', asked: 'replacement swap' };
        await know(sameTime);
        await new ModelStore(models).promote('customer-service', '1');
        await serves('1');
        for (const entry of [...ENTRIES, LATER, sameTime]) await search(entry);
        isOver = true;
        await Promise.all(loads);
      } finally {
        isOver = true;
        await running.stop();
      }
      expect(faults).toEqual([]);
      expect(new Set(versions)).toEqual(new Set(['1', '2']));
    },
    START_TIMEOUT,
  );
});
