import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { ModelShadow } from '@attune/contracts';
import { startService, until, writeWordListModel, type RunningService } from '@attune/testing';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole, type OpenedPage } from './running-console';

const HEAD = 'sentiment-monitor';
const PROGRAM = (app: string): string => join(__dirname, `../../${app}/bin/${app}.js`);

describeInBrowser('a version in shadow, before it is promoted', (browser) => {
  let folder: string;
  let store: ModelStore;
  let monitor: RunningService;
  let trainer: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-shadow-'));
    store = new ModelStore(join(folder, 'models'));
    // It calls good what is bad.
    await writeWordListModel(store.location, 'candidate', ['positive', 'neutral', 'negative']);
    await writeWordListModel(store.location, 'serving');
    const models = { ATTUNE_MODELS: store.location };
    monitor = await startService(PROGRAM(HEAD), { ...models, ATTUNE_DATA: join(folder, 'data'), ATTUNE_INFERENCE_THREADS: '1' });
    const files = { ATTUNE_DATA: join(folder, 'trainer'), ATTUNE_TRAINING_FILES: join(folder, 'trainer-files') };
    trainer = await startService(PROGRAM('trainer'), { ...models, ...files });
    served = await startConsole({ sentimentMonitor: monitor.url, trainer: trainer.url });
    opened = await openPage(browser(), `${served.url}/models/updates?head=${HEAD}`);
    page = opened.page;
    page.setDefaultTimeout(40_000);
  }, 240_000);
  afterAll(async () => {
    await page.context().close();
    for (const service of [served, trainer, monitor]) await service.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const shadow = async (): Promise<ModelShadow | undefined> =>
    ((await monitor.request('GET', '/v1/models/shadow')).body as { items: ModelShadow[] }).items.at(0);

  it('is put there with the share that is chosen', async () => {
    await page.getByRole('button', { name: 'Put in shadow' }).waitFor();
    const share = page.getByRole('slider', { name: 'Share of the texts' });
    await share.focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Put in shadow' }).click();
    await page.getByText(/^candidate scores 100% of the texts since/).waitFor();
    expect(await store.shadow(HEAD)).toMatchObject({ version: 'candidate', share: 1 });
  });

  it('shows where it differs from what serves', async () => {
    let asked = 0;
    await until(async () => {
      await monitor.request('POST', '/v1/sentiment', { texts: [{ text: `a terrible loss ${String(asked++)}` }] });
      return ((await shadow())?.scored ?? 0) >= 3;
    });
    await page.getByRole('row', { name: /^negative positive \d+$/ }).waitFor();
    await page.getByText(/^sentiment: \d+ of \d+ texts get another label than from serving/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'models-shadow');
  });

  it('ends when it is promoted', async () => {
    await page.getByRole('button', { name: 'Let it serve: candidate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let it serve' }).click();
    await page.getByRole('button', { name: 'Put in shadow' }).waitFor();
    expect(await store.current(HEAD)).toMatchObject({ version: 'candidate' });
    expect(await store.shadow(HEAD)).toBeUndefined();
    await until(async () => (await shadow()) === undefined);
  });
});
