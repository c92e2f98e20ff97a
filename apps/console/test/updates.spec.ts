import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { FeedbackRow } from '@attune/contracts';
import { TrainerPlace, until, writeModelDirectory, type RunningService } from '@attune/testing';
import type { Locator, Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, openPage, startConsole, type OpenedPage } from './running-console';

const PROGRAM = join(__dirname, '../../trainer/bin/trainer.js');
const PATH = `/v1/heads/${TrainerPlace.HEAD}`;
const LONG = 300_000;

/** Corrections, from where they are handed in to what is learnt from. */
describeInBrowser('the part of the models screen about updates', (browser) => {
  let place: TrainerPlace;
  let trainer: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    trainer = await place.start({ ATTUNE_RATE_LIMIT: '0' });
    const rows = [
      { text: 'where is my lamp', label: 'delivery', source: 'chat' },
      { text: 'Where is my LAMP', label: 'refund', source: 'desk' },
      { text: 'i want my money back', label: 'refund', source: 'chat' },
    ];
    await trainer.request('POST', `${PATH}/feedback`, { rows });
    served = await startConsole({ trainer: trainer.url });
    opened = await openPage(browser(), `${served.url}/models/updates`);
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

  // A text of filters is looked for in any case.
  const row = (text: string): Locator => page.getByRole('row').filter({ hasText: new RegExp(text) });
  const states = async (): Promise<string[]> => {
    const { body } = await trainer.request('GET', `${PATH}/feedback`);
    return (body as { items: FeedbackRow[] }).items.map(({ label, state }) => `${String(label)}: ${state}`).sort();
  };

  it('shows what waits for a review, and where it contradicts itself', async () => {
    await row('where is my lamp').getByText('Elsewhere called refund').waitFor();
    await row('Where is my LAMP').getByText('Elsewhere called delivery').waitFor();
    expect(await row('i want my money back').getByText('Elsewhere').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Update now' }).isDisabled()).toBe(true);
    await page.getByText('Nothing serves yet, so there is nothing to go on from.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('approves and rejects, one or all that are shown', async () => {
    await row('Where is my LAMP').getByRole('button', { name: 'Reject' }).click();
    await row('Where is my LAMP').waitFor({ state: 'detached' });
    await row('where is my lamp').getByText('Elsewhere').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Approve all 2 shown' }).click();
    await until(async () => !(await states()).some((state) => state.endsWith('pending')));
    expect(await states()).toEqual(['delivery: approved', 'refund: approved', 'refund: rejected']);
    await page.getByText('There are none of these.').waitFor();
  });

  it('puts a version in shadow beside what serves, and ends that', async () => {
    await page.getByText('There is no version that could score beside what serves.').waitFor();
    const sources = await mkdtemp(join(tmpdir(), 'attune-console-shadow-'));
    const store = new ModelStore(place.models);
    for (const version of ['first', 'second']) {
      await writeModelDirectory(join(sources, version), `model ${version}`);
      await store.add(TrainerPlace.HEAD, version, join(sources, version));
    }
    await rm(sources, { recursive: true });
    await store.promote(TrainerPlace.HEAD, 'first');
    await page.reload();
    await page.getByRole('button', { name: 'Put in shadow' }).click();
    await page.getByText(/^second scores 10% of the texts since/).waitFor();
    expect(await store.shadow(TrainerPlace.HEAD)).toMatchObject({ version: 'second', share: 0.1 });
    await page.getByText('No service tells what it says.').waitFor();
    expect(await page.getByRole('button', { name: 'Let it serve: second' }).count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'End the shadow' }).click();
    await page.getByRole('button', { name: 'Put in shadow' }).waitFor();
    expect(await store.shadow(TrainerPlace.HEAD)).toBeUndefined();
  });

  it('tells who did so', async () => {
    await page.getByRole('tab', { name: 'Audit', exact: true }).click();
    await page.getByRole('cell', { name: 'Approved corrections' }).waitFor();
    await page.getByRole('cell', { name: 'Rejected corrections' }).waitFor();
    await page.getByRole('cell', { name: 'Handed in corrections' }).waitFor();
    await page.getByRole('cell', { name: 'Put a version in shadow' }).waitFor();
    await page.getByRole('cell', { name: 'Ended a shadow' }).waitFor();
  });
});
