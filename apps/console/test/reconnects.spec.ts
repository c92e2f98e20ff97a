import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertRecord, MarketDocument, Message } from '@attune/contracts';
import {
  quietDocuments,
  startService,
  surgeUntil,
  until,
  writeConceptModel,
  writeWordListModel,
  type RunningService,
} from '@attune/testing';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { openRelay, type Relay } from './relay';
import { openPage, startConsole, type OpenedPage } from './running-console';

const ENTRIES = [
  { question: 'How do I return an item?', answer: 'Return it within 30 days.', intent: 'return_item' },
  { question: 'When is my refund paid?', answer: 'A refund takes five days.', intent: 'refund' },
  { question: 'Where is my order?', answer: 'Your order is on its way.', intent: 'track_order' },
];

/** Real services behind a line that breaks: what was said meanwhile is all there afterwards, and once. */
describeInBrowser('the console over a line that breaks', (browser) => {
  let folder: string;
  let served: RunningService;
  let relay: Relay;
  let opened: OpenedPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-reconnects-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function begin(services: Parameters<typeof startConsole>[0], path: string): Promise<void> {
    served = await startConsole(services);
    relay = await openRelay(served.url);
    opened = await openPage(browser(), relay.url + path);
    opened.page.setDefaultTimeout(40_000);
  }
  async function end(service: RunningService): Promise<void> {
    await opened.page.context().close();
    await relay.close();
    await served.stop();
    await service.stop();
  }
  const badge = (text: string): Locator => opened.page.getByText(text, { exact: true }).first();

  describe('in a conversation', () => {
    let service: RunningService;
    let id: string;

    beforeAll(async () => {
      await writeConceptModel(join(folder, 'dialogue'));
      service = await startService(join(__dirname, '../../customer-service/bin/customer-service.js'), {
        ATTUNE_MODELS: join(folder, 'dialogue'),
        ATTUNE_DATA: join(folder, 'conversations'),
        ATTUNE_INFERENCE_THREADS: '1',
      });
      for (const entry of ENTRIES) await service.request('POST', '/v1/knowledge', entry);
      await begin({ customerService: service.url }, '/conversations');
    }, 180_000);
    afterAll(() => end(service));

    const log = (): Locator => opened.page.getByRole('log', { name: 'Messages' });
    const shown = (): Promise<string[]> => log().locator('.message:not(.message-sending) .message-text').allInnerTexts();
    const sending = (): Locator => log().locator('.message-sending');
    async function said(): Promise<Message[]> {
      const { body } = await service.request('GET', `/v1/conversations/${id}/messages?limit=200`);
      return (body as { items: Message[] }).items;
    }
    async function say(text: string): Promise<void> {
      await opened.page.getByLabel('Your message').fill(text);
      await opened.page.keyboard.press('Enter');
    }
    /** What is shown is what was said: all of it, in its order, nothing twice. */
    async function untilAllIsShown(messages: number): Promise<void> {
      await until(async () => (await said()).length === messages && (await shown()).length >= messages);
      await sending().waitFor({ state: 'detached' });
      expect(await shown()).toEqual((await said()).map(({ text }) => text));
    }

    it('shows what others said while it was cut, and sends once what was said here', async () => {
      await say('where is my order');
      await log().getByText('Your order is on its way.').waitFor();
      await badge('Live').waitFor();
      id = new URL(opened.page.url()).pathname.split('/').at(-1) ?? '';
      relay.cut();
      await badge('Reconnecting').waitFor();
      await say('can i send it back');
      expect(await sending().allInnerTexts()).toEqual(['can i send it back']);
      await service.request('POST', `/v1/conversations/${id}/messages`, { text: 'when is my refund paid' });
      await until(async () => (await said()).length === 4);
      expect(await shown()).toHaveLength(2);
      relay.mend();
      await badge('Live').waitFor();
      await untilAllIsShown(6);
      expect((await said()).map(({ text }) => text)).toEqual([
        'where is my order',
        'Your order is on its way.',
        'when is my refund paid',
        'A refund takes five days.',
        'can i send it back',
        'Return it within 30 days.',
      ]);
    });

    it('sends again what may have arrived, and it is said once', async () => {
      relay.loseAnswers();
      await say('where is my order now');
      await until(async () => (await said()).length === 8);
      expect(await sending().count()).toBe(1);
      relay.cut();
      await badge('Reconnecting').waitFor();
      relay.mend();
      await badge('Live').waitFor();
      await untilAllIsShown(8);
      // The line is as it was: another message comes after these.
      await say('when is my refund paid');
      await untilAllIsShown(10);
    });
  });

  describe('on the stream of alerts', () => {
    let monitor: RunningService;

    beforeAll(async () => {
      await writeWordListModel(join(folder, 'sentiment'));
      monitor = await startService(join(__dirname, '../../sentiment-monitor/bin/sentiment-monitor.js'), {
        ATTUNE_MODELS: join(folder, 'sentiment'),
        ATTUNE_DATA: join(folder, 'watches'),
        ATTUNE_INFERENCE_THREADS: '1',
      });
      for (const name of ['Orbix', 'Zephra', 'Quantor'])
        await monitor.request('POST', '/v1/watches', { name, target: { kind: 'entity', names: [name] } });
      const quiet = quietDocuments(['Orbix', 'Zephra', 'Quantor'], Date.now());
      await monitor.request('POST', '/v1/documents', { documents: quiet });
      await until(async () => (await monitor.request('GET', `/v1/documents/${quiet[quiet.length - 1].id}`)).status === 200);
      await begin({ sentimentMonitor: monitor.url }, '/sentiment/score');
    }, 180_000);
    afterAll(() => end(monitor));

    const alerts = async (): Promise<AlertRecord[]> =>
      ((await monitor.request('GET', '/v1/alerts')).body as { items: AlertRecord[] }).items;
    /** Bad news, each told as a story of its own, until all of these have an alert. */
    async function surge(names: readonly string[], prefix: string): Promise<void> {
      const own = ({ id, text, ...rest }: MarketDocument): MarketDocument => ({
        ...rest,
        id: `${prefix}-${id}`,
        text: text.replaceAll('bad-', `${prefix}-`),
      });
      await surgeUntil(
        names,
        {
          handIn: (documents) => monitor.request('POST', '/v1/documents', { documents: documents.map(own) }),
          isScored: async (id) => (await monitor.request('GET', `/v1/documents/${prefix}-${id}`)).status === 200,
        },
        async () => {
          const about = (await alerts()).map(({ watchName }) => watchName);
          return names.every((name) => about.includes(name));
        },
      );
    }
    const arrivals = (): Promise<string[]> => opened.page.locator('.arrivals a').allInnerTexts();
    const arrival = (name: string): Locator => opened.page.locator('.arrivals a', { hasText: name });

    it('tells of alerts that opened while it was cut before it had told anything', async () => {
      await badge('Live').waitFor();
      relay.cut();
      await badge('Reconnecting').waitFor();
      await surge(['Orbix', 'Zephra'], 'first');
      expect(await arrivals()).toEqual([]);
      relay.mend();
      await arrival('Orbix').waitFor();
      await arrival('Zephra').waitFor();
      await badge('Live').waitFor();
    });

    it('goes on where it was cut, and tells nothing twice', async () => {
      relay.cut();
      await badge('Reconnecting').waitFor();
      await surge(['Quantor'], 'second');
      relay.mend();
      await arrival('Quantor').waitFor();
      expect(await arrivals()).toHaveLength(3);
      // What the browser got of the stream in all its pieces, beside the stream in one.
      const got = eventsOf(relay.received());
      expect(got).toEqual(await firstEvents(monitor.url, got.length));
      await opened.page.getByRole('tab', { name: 'Alerts', exact: true }).click();
      await opened.page.locator('.alert-line').nth(2).waitFor();
      expect((await opened.page.locator('.alert-line strong').allInnerTexts()).sort()).toEqual(['Orbix', 'Quantor', 'Zephra']);
      expect(opened.faults.filter((fault) => !fault.includes('ERR_'))).toEqual([]);
    });
  });
});

/** Ids of the events of alerts in a text of server-sent events, in their order. */
function eventsOf(text: string): string[] {
  return [...text.matchAll(/^id: (\S+)\r?\nevent: alert/gm)].map(([, id]) => id);
}

/** As many events of alerts, from the first there was. */
async function firstEvents(url: string, count: number): Promise<string[]> {
  const end = new AbortController();
  const response = await fetch(`${url}/v1/alerts/stream`, { headers: { 'last-event-id': '0-0' }, signal: end.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (eventsOf(text).length < count) text += (await reader?.read())?.value ?? '';
  end.abort();
  return eventsOf(text).slice(0, count);
}
