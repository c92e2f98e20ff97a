import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietDocuments, startService, surgeUntil, until, writeWordListModel, type RunningService } from '@attune/testing';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole, type OpenedPage } from './running-console';

describeInBrowser('the screen of sentiment', (browser) => {
  let folder: string;
  let monitor: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-sentiment-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startService(join(__dirname, '../../sentiment-monitor/bin/sentiment-monitor.js'), {
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_INFERENCE_THREADS: '1',
    });
    served = await startConsole({ sentimentMonitor: monitor.url });
    opened = await openPage(browser(), `${served.url}/sentiment`);
    page = opened.page;
  }, 180_000);
  afterAll(async () => {
    await page.context().close();
    await served.stop();
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const openTab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();

  it('watches a company, and shows its quiet past', async () => {
    await page.getByText('Nothing is watched yet.').waitFor();
    await page.getByRole('button', { name: 'New watch' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Orbix');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Trend of Orbix' }).waitFor();
    await monitor.request('POST', '/v1/documents', { documents: quietDocuments(['Orbix'], Date.now()) });
    await until(async () => (await monitor.request('GET', '/v1/documents/quiet-59')).status === 200);
    await page.reload();
    await page
      .getByRole('img', { name: /Stories about Orbix over the last 24 hours: [1-9]\d* in all, 0 of them negative, 0 alerts/ })
      .waitFor();
    await page.getByRole('button', { name: 'Figures as a table' }).click();
    expect(await page.getByRole('row').count()).toBeGreaterThan(20);
  });

  it('shows an alert as it arrives, without a reload', async () => {
    await openTab('Score a text');
    await page.getByText('Live', { exact: true }).waitFor();
    const arrival = page.getByRole('link', { name: /alert for Orbix: \d+ negative stories/ });
    await surgeUntil(
      ['Orbix'],
      {
        handIn: (documents) => monitor.request('POST', '/v1/documents', { documents }),
        isScored: async (id) => (await monitor.request('GET', `/v1/documents/${id}`)).status === 200,
      },
      () => arrival.isVisible(),
    );
    await keepPicture(page, 'sentiment-arrival');
    await arrival.click();
    await page.getByRole('heading', { name: 'Evidence' }).waitFor();
  });

  it('shows the evidence of an alert, with the words that made a story negative', async () => {
    await page.getByRole('button', { name: 'Why is this negative?' }).first().click();
    await page.getByRole('row', { name: 'terrible 0', exact: true }).waitFor();
    expect(await page.locator('mark.weight-for').first().innerText()).toMatch(/terrible|loss/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'sentiment-alert');
  });

  it('keeps what a person says is right for a story', async () => {
    const texts = page.getByRole('group', { name: /^What is right for/ });
    await texts.first().getByRole('button', { name: 'neutral', exact: true }).click();
    await texts.first().getByText('corrected to neutral').waitFor();
    const { items } = (await monitor.request('GET', '/v1/feedback')).body as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([{ label: 'neutral', documentLabel: 'negative', entity: 'Orbix' }]);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('acknowledges an alert, marks it false, takes a note, and mutes its watch', async () => {
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page
      .getByText(/^acknowledged/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Mark as false alarm' }).click();
    await page.getByRole('button', { name: 'Not a false alarm' }).waitFor();
    await page.getByLabel('Note').fill('A rehearsal.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await until(async () => {
      const { items } = (await monitor.request('GET', '/v1/alerts?limit=1')).body as { items: Record<string, unknown>[] };
      return items[0].note === 'A rehearsal.' && items[0].falseAlarm === true && items[0].acknowledgedAt !== undefined;
    });
    await page.getByRole('button', { name: 'Mute the watch for an hour' }).click();
    await page.getByRole('link', { name: 'Trend of the watch' }).click();
    await page.getByText(/muted until/).waitFor();
    await page.getByRole('button', { name: 'Unmute' }).click();
    await page.getByText(/muted until/).waitFor({ state: 'detached' });
  });

  it('marks the alert on the trend, beside what was to be expected', async () => {
    await page.getByRole('img', { name: /, [1-9]\d* alerts\./ }).waitFor();
    const { items } = (await monitor.request('GET', '/v1/watches')).body as { items: { id: string }[] };
    expect(page.url()).toBe(`${served.url}/sentiment/watches/${items[0].id}`);
    await page.locator('.u-label', { hasText: 'alert from' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'sentiment-watches');
  });

  it('scores a text, and colours its words', async () => {
    await openTab('Score a text');
    await page.getByLabel('Text', { exact: true }).fill('a terrible loss for Orbix');
    await page.getByLabel('Whom it is about (optional)').fill('Orbix');
    await page.getByRole('button', { name: 'Score', exact: true }).click();
    expect(Number(await page.getByRole('meter', { name: 'negative' }).getAttribute('aria-valuenow'))).toBeGreaterThan(0.5);
    await page.locator('mark.weight', { hasText: 'terrible' }).waitFor();
    await page.getByText('This version keeps no rows of its training').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'sentiment-score');
  });

  it('changes and deletes a watch', async () => {
    await openTab('Watches');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Orbix plc');
    await page.getByRole('dialog').getByLabel('Sensitivity, 0 to 1').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('/body/rules/sensitivity').waitFor();
    await page.getByRole('dialog').getByLabel('Sensitivity, 0 to 1').fill('0.7');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Trend of Orbix plc' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing is watched yet.').waitFor();
  });
});
