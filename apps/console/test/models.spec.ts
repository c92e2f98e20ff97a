import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Head, HeadComparison, HeadVersionDetails, TrainingJob } from '@attune/contracts';
import { TrainerPlace, until, type RunningService } from '@attune/testing';
import type { Locator, Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole, type OpenedPage } from './running-console';

const PROGRAM = join(__dirname, '../../trainer/bin/trainer.js');
const HEAD = TrainerPlace.HEAD;
/** Milliseconds that a training may take where other specs keep the processors busy. */
const LONG = 300_000;
/** Where each part of the screen is, and what is there once it has loaded. */
const PARTS: readonly (readonly [string, string])[] = [
  ['/models?head=support&version=first', 'Confusion matrix'],
  ['/models/compare', 'F1 of each label'],
  ['/models/data', 'messages of March'],
  ['/models/trainings', 'cancelled-one'],
  ['/models/audit', 'Rolled back'],
];

/** From labelled rows to what serves, and back, by hand. */
describeInBrowser('the screen of models', (browser) => {
  let place: TrainerPlace;
  let trainer: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    trainer = await place.start({ ATTUNE_RATE_LIMIT: '0' });
    served = await startConsole({ trainer: trainer.url });
    opened = await openPage(browser(), `${served.url}/models`);
    page = opened.page;
    page.setDefaultTimeout(40_000);
  }, LONG);
  afterAll(async () => {
    await page.context().close();
    await served.stop();
    await trainer.stop();
    await place.remove();
  }, LONG);
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const panel = (name: string | RegExp): Locator => page.getByRole('region', { name, exact: true }).first();
  const dialog = (): Locator => page.getByRole('dialog');
  const openTab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
  const ask = async <Body>(path: string): Promise<Body> => (await trainer.request('GET', path)).body as Body;
  const serving = async (): Promise<Head['current']> => (await ask<Head>(`/v1/heads/${HEAD}`)).current;
  async function choose(label: string, option: string): Promise<void> {
    await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }
  /** Trains without the page. */
  async function train(job: Record<string, unknown>, rows: Buffer | string): Promise<void> {
    const answer = await fetch(`${trainer.url}/v1/datasets?name=other+rows`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: typeof rows === 'string' ? rows : new Uint8Array(rows),
    });
    const { id: dataset } = (await answer.json()) as { id: string };
    const { body } = await trainer.request('POST', '/v1/jobs', { head: HEAD, dataset, learningRate: 0.002, ...job });
    const { id } = body as TrainingJob;
    await until(async () => (await ask<TrainingJob>(`/v1/jobs/${id}`)).status === 'succeeded');
  }
  /** What React Aria announced of a button that is gone names nothing, and is taken away within seconds. */
  async function faultsNow(): Promise<string[]> {
    await page.locator('[data-live-announcer] [role=img]').first().waitFor({ state: 'detached' });
    return accessibilityFaults(page);
  }
  async function fillTraining(version: string, epochs: string): Promise<void> {
    await page.getByLabel('Epochs').fill(epochs);
    await page.getByLabel('Learning rate').fill('0.002');
    await page.getByLabel('Seed').fill('7');
    await page.getByLabel('Name of the version').fill(version);
  }

  it('says how a first version comes about', async () => {
    await page.getByText('This head has no version yet.').waitFor();
    await page.getByText('Nothing serves yet').waitFor();
    await page.getByRole('link', { name: 'Go to the data sets' }).click();
    await page.getByText('There are no data sets yet.').waitFor();
    expect(await faultsNow()).toEqual([]);
  });

  it('refuses files that are no rows, before and after they are sent', async () => {
    const file = page.locator('input[type=file]');
    await file.setInputFiles({ name: 'rows.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') });
    await page.getByRole('alert').filter({ hasText: 'rows.xlsx is no such file' }).waitFor();
    await file.setInputFiles({ name: 'odd.csv', mimeType: 'text/csv', buffer: Buffer.from('text,label\na,b\nc\n') });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Row 2: 1 cells where the header has 2' }).waitFor();
  });

  it('uploads labelled rows, and shows what is in them', async () => {
    await page.locator('input[type=file]').setInputFiles(place.rows);
    await page.getByLabel('Name of the data set').fill('messages of March');
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await panel('messages of March').getByText('90 rows, 2 columns').waitFor();
    expect(await panel('messages of March').getByRole('columnheader').allInnerTexts()).toEqual(['text', 'label']);
    expect(await panel('messages of March').getByRole('row').count()).toBe(6);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('knows by their names which column is what, and asks for those that are missing', async () => {
    const form = panel('Train on messages of March');
    await form.getByRole('button', { name: /^text Text$/ }).waitFor();
    await form.getByRole('button', { name: /^label Label$/ }).waitFor();
    await choose('Label', 'none');
    await form.getByText('Choose the column of a label.').waitFor();
    expect(await form.getByRole('button', { name: 'Start the training' }).isDisabled()).toBe(true);
    await choose('Label', 'label');
    await page.getByLabel('Epochs').fill('many');
    await form.getByText('This is no such number.').waitFor();
    expect(await form.getByRole('button', { name: 'Start the training' }).isDisabled()).toBe(true);
    expect(await faultsNow()).toEqual([]);
    await keepPicture(page, 'models-form');
  });

  it(
    'trains, and tells how far it is while it does',
    async () => {
      // Long enough to be seen on its way.
      await fillTraining('first', '16');
      await page.getByRole('button', { name: 'Start the training' }).click();
      await page.getByRole('heading', { name: 'Training of first' }).waitFor();
      await panel('Training of first').getByText('Live', { exact: true }).waitFor();
      await page.getByRole('progressbar').waitFor();
      await panel('Training of first')
        .getByText(/^[\d.]+ of 16$/)
        .first()
        .waitFor({ timeout: LONG });
      await panel('Training of first')
        .getByRole('img', { name: /^Figures on validation rows after each epoch/ })
        .waitFor();
      await keepPicture(page, 'models-training');
      await page.getByRole('link', { name: 'Look at the version' }).waitFor({ timeout: LONG });
      expect(await page.getByRole('progressbar').count()).toBe(0);
      await page.getByText('All evaluations').click();
      expect(await panel('All evaluations').getByRole('row').count()).toBe(17);
    },
    LONG,
  );

  it(
    'cancels a training that is not wanted any more',
    async () => {
      await page.getByRole('link', { name: 'Data set of this training' }).click();
      await panel('Train on messages of March').waitFor();
      await fillTraining('cancelled-one', '1000');
      await page.getByRole('button', { name: 'Start the training' }).click();
      await panel('Training of cancelled-one').getByText('Live', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Cancel the training' }).click();
      await dialog().getByRole('button', { name: 'Cancel the training' }).click();
      await panel('Training of cancelled-one').getByText('Cancelled', { exact: true }).waitFor();
      const { items } = await ask<{ items: TrainingJob[] }>('/v1/jobs');
      expect(items.map(({ version, status }) => `${version} ${status}`)).toEqual(['cancelled-one cancelled', 'first succeeded']);
    },
    LONG,
  );

  it('lets a version serve, once it was asked', async () => {
    await openTab('Heads and versions');
    await page.getByRole('button', { name: 'Let it serve: first' }).click();
    await dialog().getByText('It is the first version of support that serves.').waitFor();
    expect(await faultsNow()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await serving()).toBeUndefined();
    await page.getByRole('button', { name: 'Let it serve: first' }).click();
    await dialog().getByRole('button', { name: 'Let it serve' }).click();
    await page.getByText('first serves now.').waitFor();
    await page.getByRole('row', { name: /^first Serves/ }).waitFor();
    expect(await serving()).toMatchObject({ version: 'first', generation: 1 });
  });

  it(
    'holds another version against the one that serves, figure by figure and label by label',
    async () => {
      const rows = await readFile(place.rows, 'utf8');
      await train({ version: 'second', epochs: 1, seed: 7, tuner: 'bitfit' }, rows);
      await train({ version: 'third', epochs: 1, seed: 7 }, rows.split('\n').slice(0, 61).join('\n'));
      await page.reload();
      await page
        .getByRole('row', { name: /^second/ })
        .getByRole('link', { name: 'Compare' })
        .click();
      const { tasks } = await ask<HeadComparison>(`/v1/heads/${HEAD}/compare?version=second&with=first`);
      const [{ metrics, f1 }] = Object.values(tasks);
      const change = metrics.macroF1.change ?? 0;
      expect(change).toBeLessThan(0);
      const row = page.getByRole('row', { name: /^Macro F1/ });
      await row.waitFor();
      expect(await row.getByRole('cell').allInnerTexts()).toEqual([
        (metrics.macroF1.version ?? 0).toFixed(3),
        (metrics.macroF1.with ?? 0).toFixed(3),
        expect.stringMatching(new RegExp(`^${change.toFixed(3)}\\s+worse$`)) as string,
      ]);
      expect(Object.keys(f1)).toEqual(['account', 'delivery', 'refund']);
      for (const label of Object.keys(f1)) await page.getByRole('row', { name: new RegExp(`^${label} `) }).waitFor();
      expect(await page.getByText('The two reports are of different rows').count()).toBe(0);
      await choose('Version', 'third');
      await page.getByText('The two reports are of different rows').waitFor();
      await choose('Version', 'first (serves)');
      await page.getByText('Choose two different versions').waitFor();
    },
    LONG,
  );

  it('does not undo unseen what someone else promoted meanwhile', async () => {
    await openTab('Heads and versions');
    await page.getByRole('button', { name: 'Let it serve: second' }).click();
    await dialog().getByText('It takes the place of first.').waitFor();
    await trainer.request('POST', `/v1/heads/${HEAD}/promote`, { version: 'third' });
    await dialog().getByRole('button', { name: 'Let it serve' }).click();
    await dialog().getByText('Someone else changed what serves meanwhile.').waitFor();
    await dialog().getByText('Now third serves, in generation 2.').waitFor();
    expect(await serving()).toMatchObject({ version: 'third', generation: 2 });
    await dialog().getByRole('button', { name: 'Let it serve' }).click();
    await page.getByText('second serves now.').waitFor();
    expect(await serving()).toMatchObject({ version: 'second', generation: 3 });
  });

  it('goes back to the version that served before', async () => {
    await page.getByRole('button', { name: 'Roll back to third' }).click();
    await dialog().getByText('second stops serving, and third').waitFor();
    await dialog().getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByText('third serves now.').waitFor();
    expect(await serving()).toMatchObject({ version: 'third', generation: 4 });
    await page.getByRole('button', { name: 'Roll back to first' }).waitFor();
  });

  it('shows all that is known of a version', async () => {
    await page.getByRole('link', { name: 'second', exact: true }).click();
    const { reports } = await ask<HeadVersionDetails>(`/v1/heads/${HEAD}/versions/second`);
    const { perClass = [], confusionMatrix = [], expectedCalibrationError: error } = reports.validation ?? {};
    await panel('Confusion matrix').waitFor();
    const cells = await panel('Confusion matrix').getByRole('cell').allInnerTexts();
    expect(cells.map(Number)).toEqual(confusionMatrix.flat());
    await page.getByText('Expected calibration error before').waitFor();
    await page
      .getByText((error?.before ?? NaN).toFixed(3), { exact: true })
      .first()
      .waitFor();
    const labels = (): Promise<string[]> => panel('Labels').getByRole('rowheader').allInnerTexts();
    expect(await labels()).toEqual(['account', 'delivery', 'refund']);
    await page.getByRole('button', { name: 'Sort by F1' }).click();
    const weakestFirst = [...perClass].sort((one, other) => Number(one.f1) - Number(other.f1));
    expect(await labels()).toEqual(weakestFirst.map(({ label }) => label));
    await page.getByRole('img', { name: /^Loss of \d+ steps/ }).waitFor();
    await panel('Version second').getByText('bitfit').waitFor();
    await page.getByRole('link', { name: 'Its training' }).click();
    await page.getByRole('heading', { name: 'Training of second' }).waitFor();
  });

  it('tells who did what', async () => {
    await openTab('Audit');
    await page.getByRole('row', { name: /anonymous Rolled back third support/ }).waitFor();
    await choose('Done', 'Let a version serve');
    await page.getByRole('row', { name: /Rolled back/ }).waitFor({ state: 'detached' });
    // The old rows go before the new ones come.
    const promotions = page.getByRole('row', { name: /anonymous Let a version serve/ });
    await promotions.first().waitFor();
    expect(await promotions.count()).toBe(3);
  });

  it('is led through by the keyboard', async () => {
    await page.getByRole('tab', { name: 'Audit' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Corrections', exact: true }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Trainings', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/models/trainings');
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('heading', { name: 'Upload a data set' }).waitFor();
  });

  it.each([
    ['light', 1_280],
    ['dark', 1_280],
    ['dark', 360],
  ] as const)(
    'has no serious fault of accessibility in %s at %d pixels, and nothing stands out of the page',
    async (colorScheme, width) => {
      const other = await openPage(browser(), served.url, { colorScheme, viewport: { width, height: 800 } });
      for (const [path, sign] of PARTS) {
        await other.page.goto(served.url + path);
        await other.page.getByText(sign).filter({ visible: true }).first().waitFor();
        expect([path, await accessibilityFaults(other.page)]).toEqual([path, []]);
        expect(await other.page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        await keepPicture(other.page, `models-${colorScheme}-${String(width)}-${path.split(/[/?]/)[2]}`);
      }
      expect(other.faults).toEqual([]);
      await other.page.context().close();
    },
    LONG,
  );

  it('speaks Chinese', async () => {
    const other = await openPage(browser(), `${served.url}/models/compare`, { locale: 'zh-CN' });
    await other.page.getByRole('heading', { name: '对比两个版本' }).waitFor();
    await other.page.getByRole('row', { name: /宏平均 F1/ }).waitFor();
    await other.page.context().close();
  });
});
