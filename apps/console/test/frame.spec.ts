import { gzipSync } from 'node:zlib';
import { createApiKey } from '@attune/http-kit';
import { startService, writeWordListModel, type RunningService } from '@attune/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole } from './running-console';

const desk = createApiKey('desk', 'admin');
/** What a first visit may load, bytes as they travel. */
const FIRST_LOAD = 250_000;

describeInBrowser('the frame of the console', (browser) => {
  let folder: string;
  let monitor: RunningService;
  let served: RunningService;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-frame-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startService(join(__dirname, '../../sentiment-monitor/bin/sentiment-monitor.js'), {
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_INFERENCE_THREADS: '1',
      ATTUNE_API_KEYS: desk.entry,
    });
    served = await startConsole({ sentimentMonitor: monitor.url });
  }, 180_000);
  afterAll(async () => {
    await served.stop();
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('loads little at first', async () => {
    const { page } = await openPage(browser(), 'about:blank');
    const loaded = new Map<string, Promise<number>>();
    page.on('response', (response) => {
      const url = response.url();
      if (url.startsWith(served.url) && !url.includes('/api/'))
        loaded.set(
          url,
          response.body().then((body) => gzipSync(body).byteLength),
        );
    });
    await page.goto(served.url);
    await page.getByRole('tab', { name: 'Chat' }).waitFor();
    await page.waitForLoadState('networkidle');
    const bytes = (await Promise.all(loaded.values())).reduce((sum, each) => sum + each, 0);
    expect(loaded.size).toBeGreaterThan(4);
    expect(bytes).toBeLessThan(FIRST_LOAD);
    await page.context().close();
  });

  it('asks for a key where a service wants one, and forgets it when it is loaded anew', async () => {
    const { page, faults } = await openPage(browser(), `${served.url}/sentiment`);
    await page.getByText('The Sentiment monitor wants an API key.').first().waitFor();
    await page.getByRole('button', { name: 'Enter keys' }).first().click();
    await page.getByLabel('Key of all services').fill('not the key');
    await page.keyboard.press('Enter');
    await page.getByText('The Sentiment monitor wants an API key.').first().waitFor();
    await page.getByRole('button', { name: 'Enter keys' }).first().click();
    await page.getByLabel('Key of all services').fill(` ${desk.key} `);
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is watched yet.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')).not.toContain(desk.key);
    await page.reload();
    await page.getByText('The Sentiment monitor wants an API key.').first().waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('says which service does not answer, and that the browser is offline', async () => {
    const { page, faults } = await openPage(browser(), `${served.url}/models`);
    await page.getByText('The Trainer does not answer. Is it running?').first().waitFor();
    await keepPicture(page, 'frame-unreachable');
    await page.context().setOffline(true);
    await page.getByText('This browser is offline.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('This browser is offline.').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('is used by keyboard alone: to the content, to a screen, through the tabs', async () => {
    const { page } = await openPage(browser(), served.url);
    await page.getByRole('heading', { level: 1, name: 'Conversations' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.getByRole('link', { name: 'Sentiment' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Sentiment' }).waitFor();
    await page.getByRole('tab', { name: 'Watches' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Alerts', selected: true }).waitFor();
    expect(page.url()).toBe(`${served.url}/sentiment/alerts`);
    await page.goBack();
    await page.getByRole('tab', { name: 'Watches', selected: true }).waitFor();
    await page.context().close();
  });

  it('speaks Chinese where the browser prefers it, and keeps what was chosen', async () => {
    const { page, faults } = await openPage(browser(), served.url, { locale: 'zh-CN' });
    await page.getByRole('heading', { level: 1, name: '对话' }).waitFor();
    await keepPicture(page, 'frame-chinese');
    await page.getByRole('button', { name: /语言/ }).click();
    await page.getByRole('option', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'Conversations' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Conversations' }).waitFor();
    expect([await page.getAttribute('html', 'lang'), faults]).toEqual(['en', []]);
    await page.context().close();
  });

  it('is dark or light as the system is, or as was chosen', async () => {
    const { page } = await openPage(browser(), served.url, { colorScheme: 'dark' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'frame-dark');
    await page.getByRole('button', { name: /Appearance/ }).click();
    await page.getByRole('option', { name: 'Light' }).click();
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });

  it('fits a narrow screen', async () => {
    const { page } = await openPage(browser(), served.url, { viewport: { width: 360, height: 740 } });
    for (const screen of ['conversations', 'sentiment', 'recommendations', 'models']) {
      await page.goto(`${served.url}/${screen}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([screen, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([screen, 360]);
      await keepPicture(page, `narrow-${screen}`);
    }
    await page.context().close();
  });
});
