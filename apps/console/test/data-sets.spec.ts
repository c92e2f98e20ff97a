import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadVersionDetails } from '@attune/contracts';
import { TrainerPlace, until, type RunningService } from '@attune/testing';
import type { Locator, Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { openRelay, type Relay } from './relay';
import { openPage, startConsole, type OpenedPage } from './running-console';

const PROGRAM = join(__dirname, '../../trainer/bin/trainer.js');
/** Milliseconds that a training may take where other specs keep the processors busy. */
const LONG = 300_000;
/** More than what lies between a browser and a service holds by itself. */
const LARGE_ROWS = 30;
const LARGE_CELL = 900_000;

const SEVERAL = `
encoder: ../head/encoder
tasks:
  - {name: opinion, label: label}
  - {name: topics, type: multi-label, label: topics}
optimizer: {learningRate: 3.0e-3}
training: {epochs: 1, batchSize: 16, maxLength: 16}
`;
const RANKING = `
task: ranking
encoder: ../head/encoder
data: {validationShare: 0.4}
match: {width: 8, epochs: 2, batchSize: 16, negatives: 8}
collaborative: {regularization: 1}
scoring: {hardNegatives: 3, drawnNegatives: 3, folds: 3}
`;
const THINGS = ['phone', 'laptop', 'camera', 'lamp', 'coat', 'table', 'book', 'chair', 'watch', 'clock'];

/** Opinions of things, each about goods or staff. */
function opinions(): string {
  const clauses = ['profit is up', 'sales are strong', 'growth is excellent', 'profit is down', 'sales are poor', 'growth is slow'];
  const rows = THINGS.flatMap((thing) =>
    clauses.map((clause, at) => ({
      said: `${clause} with the ${at % 2 === 0 ? `new ${thing}` : `staff of the ${thing} shop`}`,
      verdict: at < 3 ? 'good' : 'bad',
      topics: [at % 2 === 0 ? 'goods' : 'staff'],
    })),
  );
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Readers who stay with the even or the odd things. */
function events(): string {
  const rows = Array.from({ length: 24 }, (_, reader) =>
    [0, 1, 2].map(
      (step) =>
        `r${String(reader)},${String(2 * ((reader + step) % 5) + (reader % 2))},${String(1_600_000_000 + reader * 9 + step)},viewed`,
    ),
  ).flat();
  return `${['user,item,ts,type', ...rows].join('\n')}\n`;
}

/** Rows from the disk to versions, of heads that want more than one column of labels. */
describeInBrowser('the data sets of the console', (browser) => {
  let place: TrainerPlace;
  let trainer: RunningService;
  let served: RunningService;
  let relay: Relay;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    const heads = Object.entries({ several: SEVERAL, ranking: RANKING });
    for (const [name, text] of heads) {
      await mkdir(join(place.folder, name));
      await writeFile(join(place.folder, name, 'head.yaml'), text);
    }
    const items = THINGS.map(
      (thing, at) => `${String(at)},the ${thing} is ${at % 2 === 0 ? 'bad' : 'new'},${at % 2 === 0 ? 'even' : 'odd'}`,
    );
    await writeFile(join(place.folder, 'items.csv'), `${['item,text,kind', ...items].join('\n')}\n`);
    await writeFile(join(place.folder, 'events.csv'), events());
    await writeFile(join(place.folder, 'opinions.jsonl'), opinions());
    await writeFile(join(place.folder, 'large.csv'), `text,label\n${`${'x'.repeat(LARGE_CELL)},a\n`.repeat(LARGE_ROWS)}`);
    trainer = await place.start({
      ATTUNE_RATE_LIMIT: '0',
      ATTUNE_HEADS: heads.map(([name]) => `${name}=${join(place.folder, name, 'head.yaml')}`).join(','),
    });
    served = await startConsole({ trainer: trainer.url });
    relay = await openRelay(served.url);
    opened = await openPage(browser(), `${relay.url}/models/data`);
    page = opened.page;
    page.setDefaultTimeout(40_000);
  }, LONG);
  afterAll(async () => {
    await page.context().close();
    await relay.close();
    await served.stop();
    await trainer.stop();
    await place.remove();
  }, LONG);
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const panel = (name: string | RegExp): Locator => page.getByRole('region', { name, exact: true }).first();
  const upload = (): Promise<void> => page.getByRole('button', { name: 'Upload', exact: true }).click();
  async function choose(label: string, option: string | RegExp): Promise<void> {
    await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
    await page.getByRole('option', { name: option, exact: true }).click();
  }
  /** Drops a file as a person does: the browser reads it itself. */
  async function drop(file: string): Promise<void> {
    const { x, y, width, height } = (await page.locator('.drop-zone').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const session = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      const data = { items: [], files: [join(place.folder, file)], dragOperationsMask: 1 };
      await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
    }
    await session.detach();
  }
  async function take(file: string): Promise<void> {
    await page.locator('input[type=file]').setInputFiles(join(place.folder, file));
    await upload();
    await panel(file.replace(/\..*/, '')).waitFor();
  }
  async function trained(head: string, version: string): Promise<HeadVersionDetails> {
    await page.getByRole('link', { name: 'Look at the version' }).waitFor({ timeout: LONG });
    return (await trainer.request('GET', `/v1/heads/${head}/versions/${version}`)).body as HeadVersionDetails;
  }

  it('takes a file that is dropped, and tells in per cent how much of it was sent', async () => {
    await page.getByText('There are no data sets yet.').waitFor();
    await drop('large.csv');
    await page.getByText(/^large\.csv, /).waitFor();
    relay.allow(1_000_000);
    await upload();
    const progress = page.getByRole('progressbar', { name: 'Sending' });
    const sent = async (): Promise<number> => Number(await progress.getAttribute('aria-valuenow'));
    await until(async () => (await sent()) > 0);
    expect(await sent()).toBeLessThan(100);
    expect(await progress.innerText()).toMatch(/\d %|\d%/);
    relay.allow(undefined);
    await panel('large').getByText('30 rows, 2 columns').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  it('deletes a data set, once it was asked', async () => {
    await panel('large').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('The rows are gone for good.').waitFor();
    await page.keyboard.press('Escape');
    await panel('large').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no data sets yet.').waitFor();
    expect((await trainer.request('GET', '/v1/datasets')).body).toEqual({ items: [] });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('refuses a dropped file of another kind', async () => {
    await drop('head/head.yaml');
    await page.getByRole('alert').filter({ hasText: 'head.yaml is no such file' }).waitFor();
  });

  it(
    'trains a head of several tasks, each on its own column',
    async () => {
      await take('opinions.jsonl');
      await choose('Head', 'several');
      await choose('Text', 'said');
      await choose('Label of opinion', 'verdict');
      await page.getByRole('button', { name: /^topics Label of topics$/ }).waitFor();
      await page.getByLabel('Name of the version').fill('two-tasks');
      await page.getByRole('button', { name: 'Start the training' }).click();
      const { metrics } = await trained('several', 'two-tasks');
      expect(Object.keys(metrics)).toEqual(['opinion', 'topics']);
      await page.getByRole('link', { name: 'Look at the version' }).click();
      await panel('Version two-tasks').getByText('All parameters').or(panel('Version two-tasks').getByText('full')).first().waitFor();
      await choose('Task', 'topics');
      await panel('Labels').getByRole('rowheader', { name: 'staff' }).waitFor();
    },
    LONG,
  );

  it(
    'trains a ranking on events, with the items of another data set',
    async () => {
      await page.goto(`${relay.url}/models/data`);
      await take('items.csv');
      await take('events.csv');
      await choose('Head', 'ranking');
      await page.getByText('They need the columns user, item and ts.').waitFor();
      await choose('Items', /^items \(10 rows\)$/);
      await page.getByLabel('Name of the version').fill('readers');
      await page.getByRole('button', { name: 'Start the training' }).click();
      const { reports } = await trained('ranking', 'readers');
      expect(Object.keys(reports)).toContain('validation');
      await page.getByRole('link', { name: 'Look at the version' }).click();
      await panel('Version readers').getByText(/NDCG/).first().waitFor();
    },
    LONG,
  );
});
