import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, writeConceptModel, writeWordListModel, type RunningService } from '@attune/testing';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, openPage, startConsole, type OpenedPage } from './running-console';

/** One more than a page of conversations' lists holds, and one more than that of the watches. */
const MORE_THAN_PAGE = 51;
const MORE_THAN_WATCHES = 101;

/** Lists that are longer than what is asked for at once. */
describeInBrowser('long lists of the console', (browser) => {
  let folder: string;
  let service: RunningService;
  let monitor: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-paging-'));
    const models = (name: string): string => join(folder, `models-of-${name}`);
    await writeConceptModel(models('customer-service'));
    await writeWordListModel(models('sentiment-monitor'));
    const environment = { ATTUNE_INFERENCE_THREADS: '1', ATTUNE_RATE_LIMIT: '0' };
    [service, monitor] = await Promise.all(
      ['customer-service', 'sentiment-monitor'].map((name) =>
        startService(join(__dirname, `../../${name}/bin/${name}.js`), {
          ...environment,
          ATTUNE_MODELS: models(name),
          ATTUNE_DATA: join(folder, name),
        }),
      ),
    );
    await service.request('POST', '/v1/knowledge', { question: 'Where is my order?', answer: 'On its way.', intent: 'track_order' });
    served = await startConsole({ customerService: service.url, sentimentMonitor: monitor.url });
    opened = await openPage(browser(), 'about:blank');
    page = opened.page;
    page.setDefaultTimeout(40_000);
  }, 180_000);
  afterAll(async () => {
    await page.context().close();
    for (const each of [served, service, monitor]) await each.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const more = () => page.getByRole('button', { name: 'Show more' });
  async function choose(label: string, option: string): Promise<void> {
    await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }
  const posted = async <Body>(path: string, body: object = {}): Promise<Body> => (await service.request('POST', path, body)).body as Body;
  async function say(conversationId: string, text: string): Promise<{ reply?: { id: string } }> {
    return posted(`/v1/conversations/${conversationId}/messages`, { text });
  }

  it('shows every watch, and one that is named and stands on a later page', async () => {
    for (let place = 0; place < MORE_THAN_WATCHES; place++) {
      const name = `Watch ${String(place)}`;
      await monitor.request('POST', '/v1/watches', { name, target: { kind: 'entity', names: [`Company${String(place)}`] } });
    }
    await page.goto(`${served.url}/sentiment`);
    const watches = page.getByRole('region', { name: 'Watches' }).getByRole('listitem');
    await more().waitFor();
    expect(await watches.count()).toBe(100);
    const first = ((await monitor.request('GET', '/v1/watches?limit=100')).body as { nextCursor: string }).nextCursor;
    const { items } = (await monitor.request('GET', `/v1/watches?limit=100&cursor=${encodeURIComponent(first)}`)).body as {
      items: { id: string; name: string }[];
    };
    const [last] = items;
    await page.goto(`${served.url}/sentiment/watches/${last.id}`);
    await page.getByRole('heading', { name: `Trend of ${last.name}` }).waitFor();
    await more().click();
    await watches.nth(MORE_THAN_WATCHES - 1).waitFor();
    expect(await more().count()).toBe(0);
    expect(new Set(await watches.locator('strong').allInnerTexts()).size).toBe(MORE_THAN_WATCHES);
    await page.goto(`${served.url}/sentiment/watches/none`);
    await page.getByText('There is no such watch any more.').waitFor();
  });

  it('shows all that was said of replies', async () => {
    for (let place = 0; place < MORE_THAN_PAGE; place++) {
      const { id } = await posted<{ id: string }>('/v1/conversations');
      const { reply } = await say(id, 'where is my order');
      await posted('/v1/feedback', { messageId: reply?.id, rating: 'helpful', note: `Note ${String(place)}.` });
    }
    await page.goto(`${served.url}/conversations/feedback`);
    const notes = page.getByText(/^Note \d+\.$/);
    await more().waitFor();
    expect(await notes.count()).toBe(50);
    await more().click();
    await notes.nth(MORE_THAN_PAGE - 1).waitFor();
    expect(new Set(await notes.allInnerTexts()).size).toBe(MORE_THAN_PAGE);
    expect(await more().count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows hand-overs in every state, page by page', async () => {
    for (let place = 0; place < MORE_THAN_PAGE; place++) {
      const { id } = await posted<{ id: string }>('/v1/conversations');
      await say(id, 'I want to talk to a person');
    }
    const { items } = (await service.request('GET', '/v1/handoffs?limit=3')).body as { items: { id: string }[] };
    for (const { id } of items) await posted(`/v1/handoffs/${id}/claim`, { agent: 'Mara' });
    await posted(`/v1/handoffs/${items[1].id}/return`, { agent: 'Mara' });
    await posted(`/v1/handoffs/${items[2].id}/resolve`, { agent: 'Mara' });
    await page.goto(`${served.url}/conversations/handoffs`);
    const queue = page.getByRole('button', { name: /I want to talk to a person/ });
    await queue.nth(MORE_THAN_PAGE - 4).waitFor();
    expect(await queue.count()).toBe(MORE_THAN_PAGE - 3);
    expect(await more().count()).toBe(0);
    for (const state of ['claimed', 'returned', 'resolved']) {
      await choose('State', state);
      await page.getByRole('button', { name: new RegExp(`^${state}.*I want to talk to a person`) }).waitFor();
      expect(await queue.count()).toBe(1);
    }
    await choose('State', 'all');
    await more().click();
    await queue.nth(MORE_THAN_PAGE - 1).waitFor();
    expect(await queue.count()).toBe(MORE_THAN_PAGE);
  });

  it('shows every entry, and finds one on a later page', async () => {
    for (let place = 0; place < 100; place++)
      await posted('/v1/knowledge', {
        question: `Question ${String(place)}`,
        answer: `Answer ${String(place)}.`,
        tags: [`tag${String(place)}`],
      });
    await page.goto(`${served.url}/conversations/knowledge`);
    const entries = page.getByRole('region', { name: 'Entries' }).getByRole('listitem');
    await more().waitFor();
    expect(await entries.count()).toBe(100);
    const shown = await entries.locator('strong').allInnerTexts();
    const all = ['Where is my order?', ...Array.from({ length: 100 }, (_, place) => `Question ${String(place)}`)];
    const [unseen] = all.filter((question) => !shown.includes(question));
    await page.getByLabel('Find in questions and answers').fill(unseen);
    await entries.filter({ hasText: unseen }).first().waitFor();
    await page.getByLabel('Find in questions and answers').fill('');
    await entries.nth(100).waitFor();
    expect(await more().count()).toBe(0);
  });
});
