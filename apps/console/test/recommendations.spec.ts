import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnlineMetrics, UserProfile } from '@attune/contracts';
import { startService, until, writeHandSetRanking, type RunningService } from '@attune/testing';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole, type OpenedPage } from './running-console';

const RECOMMENDER = join(__dirname, '../../recommender/bin/recommender.js');
/** Id, title, text, and category; texts are alike by words of one line of the hand-set ranking. */
const ITEMS = [
  ['sash', 'Window and door', 'window', 'home'],
  ['gutter', 'A roof', 'roof door', 'home'],
  ['hinge', 'A hinge', 'door', 'home'],
  ['tulips', 'Tulip', 'tulip seed', 'garden'],
  ['roses', 'Rose', 'rose', 'garden'],
  ['seedlings', 'Sowing', 'seed', 'garden'],
  ['derby', 'The match', 'goal team', 'sport'],
  ['cup', 'The cup', 'match', 'sport'],
  ['soup', 'Soup', 'soup bread', 'food'],
  ['oven', 'An oven', 'oven', 'food'],
  ['brakes', 'Brakes', 'brake wheel', 'cars'],
  ['engine', 'Motor', 'engine', 'cars'],
] as const;

describeInBrowser('the screen of recommendations', (browser) => {
  let folder: string;
  let recommender: RunningService;
  let served: RunningService;
  let opened: OpenedPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-recommender-'));
    const models = join(folder, 'models');
    await writeHandSetRanking(models);
    recommender = await startService(RECOMMENDER, {
      ATTUNE_MODELS: models,
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_RATE_LIMIT: '0',
    });
    for (const [place, [id, title, text, category]] of ITEMS.entries()) {
      const publishedAt = new Date(Date.UTC(2026, 0, 1 + place)).toISOString();
      await ask('PUT', `/v1/items/${id}`, { title, text, category, publishedAt, attributes: { minutes: 4 } });
    }
    served = await startConsole({ recommender: recommender.url });
  }, 180_000);
  afterAll(async () => {
    await served.stop();
    await recommender.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await opened.page.context().close();
    expect(opened.faults).toEqual([]);
  });

  async function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await recommender.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as Body;
  }
  const tell = (user: string, item: string, type = 'clicked') =>
    ask('POST', '/v1/events', { user, item, type, at: new Date().toISOString() });
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    opened = await openPage(browser(), served.url + path, options);
    return opened.page;
  }
  /** Opens a list when nothing above it comes in any more that would move it under the mouse. */
  async function openList(path: string, options?: BrowserContextOptions): Promise<Page> {
    const page = await open(path, options);
    await page.getByRole('checkbox', { name: 'home' }).waitFor({ state: 'attached' });
    await listOf(page).locator('.link-button').first().waitFor();
    return page;
  }
  const listOf = (page: Page): Locator => page.getByRole('list', { name: 'The list' });
  const titlesOf = (page: Page): Promise<string[]> => listOf(page).locator('.link-button').allInnerTexts();
  const panel = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
  /** The titles of a list, once it begins with one of these. */
  async function listBeginning(page: Page, ...first: string[]): Promise<string[]> {
    const beginning = new RegExp(`^(${first.join('|')})$`);
    await listOf(page).locator('.link-button').first().filter({ hasText: beginning }).waitFor();
    return titlesOf(page);
  }

  it('shows a new reader what is new, with reasons, and turns to what the reader opens', async () => {
    const page = await open('/recommendations');
    await page.getByRole('button', { name: 'Invent a new reader' }).click();
    expect(await listBeginning(page, 'Motor')).toHaveLength(10);
    const id = new URL(page.url()).searchParams.get('reader') ?? '';
    expect(id).toMatch(/^reader-[0-9a-f]{12}$/);
    await panel(page, 'What is known of the reader').getByText(`Nothing is known of ${id} yet.`).waitFor();
    await panel(page, 'The list').getByText('New', { exact: true }).waitFor();
    expect(await listOf(page).getByText('Among the new in cars.').count()).toBe(2);

    await listOf(page).getByRole('button', { name: 'Tulip', exact: true }).click();
    const after = await listBeginning(page, 'Sowing', 'Rose');
    expect(after.slice(0, 2).sort()).toEqual(['Rose', 'Sowing']);
    expect(after).not.toContain('Tulip');
    expect(await listOf(page).getByText('Because you opened “Tulip”.').count()).toBe(2);
    await panel(page, 'The list').getByText('Personal', { exact: true }).waitFor();
    expect(await panel(page, 'The list').getByRole('status').innerText()).toMatch(/^The list changed: .* gone\.$/);
    expect(await listOf(page).getByText(/up \d/).count()).toBeGreaterThan(0);

    await panel(page, 'Open item').getByText('tulip seed').waitFor();
    expect(await page.evaluate<boolean>('document.activeElement.classList.contains("open-item")')).toBe(true);
    const profile = await ask<UserProfile>('GET', `/v1/users/${id}`);
    expect(profile.recent).toMatchObject([{ item: 'tulips', type: 'clicked' }]);
    await panel(page, 'What is known of the reader').getByText('Tulip').waitFor();
  });

  it('sends what else the reader does, and leaves out what was dismissed', async () => {
    const page = await openList('/recommendations?reader=fan-of-all');
    await listOf(page).getByRole('button', { name: 'Dismiss Motor' }).click();
    await listOf(page).getByRole('button', { name: 'Motor', exact: true }).waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toBe('The list');
    await listOf(page).getByRole('button', { name: 'Soup', exact: true }).click();
    // While one thing is being told, the buttons wait.
    await panel(page, 'Open item').getByText('Opened: sent as behaviour.').waitFor();
    await panel(page, 'Open item').getByRole('button', { name: 'Buy' }).click();
    await panel(page, 'Open item').getByText('Bought: sent as behaviour.').waitFor();
    const { eventsByType } = await ask<UserProfile>('GET', '/v1/users/fan-of-all');
    expect(eventsByType).toEqual({ dismissed: 1, clicked: 1, purchased: 1 });
  });

  it('makes lists more diverse as the slider moves by keyboard', async () => {
    await tell('builder', 'sash');
    const page = await openList('/recommendations?reader=builder');
    const plain = await listBeginning(page, 'A hinge', 'A roof');
    expect(plain.slice(0, 2).sort()).toEqual(['A hinge', 'A roof']);
    const slider = page.getByRole('slider', { name: 'Diversity' });
    await slider.focus();
    for (let press = 0; press < 18; press++) await slider.press('ArrowRight');
    await page.getByText('0.9', { exact: true }).waitFor();
    await panel(page, 'The list').getByRole('status').filter({ hasText: 'The list changed' }).waitFor();
    const diverse = await titlesOf(page);
    expect(diverse.slice(0, 2).filter((title) => plain.slice(0, 2).includes(title))).toHaveLength(1);
    await slider.press('Home');
    await listOf(page).locator('.link-button').nth(1).filter({ hasText: plain[1] }).waitFor();
    expect(await titlesOf(page)).toEqual(plain);
  });

  it('lists the chosen categories alone, and says how diverse a list is', async () => {
    const page = await openList('/recommendations?reader=of-two-minds');
    await panel(page, 'The list').getByText('5 categories among 10 items').waitFor();
    const choices = page.getByRole('group', { name: 'Only these categories' });
    await choices.getByText('garden', { exact: true }).click();
    await panel(page, 'The list').getByText('1 category among 3 items').waitFor();
    await panel(page, 'The list').getByText('After the filter and leaving out seen items, 3 items are left.').waitFor();
    await choices.getByText('food', { exact: true }).click();
    await panel(page, 'The list').getByText('2 categories among 5 items').waitFor();
  });

  it('serves a session of nobody, which grows by what is opened', async () => {
    const page = await open('/recommendations');
    await page.getByText('Somebody unknown', { exact: true }).click();
    await listOf(page).getByRole('button', { name: 'Rose', exact: true }).click();
    await panel(page, 'The list').getByText('By the session').waitFor();
    expect((await listBeginning(page, 'Sowing', 'Tulip')).slice(0, 2).sort()).toEqual(['Sowing', 'Tulip']);
    expect(new URL(page.url()).searchParams.get('session')).toBe('roses');
    await page.getByRole('button', { name: 'Take out Rose' }).click();
    await panel(page, 'Who the list is for').getByText('Nothing was looked at yet.').waitFor();
  });

  it('finds items by meaning, and what is like one', async () => {
    const page = await open('/recommendations/items');
    await page.getByRole('list', { name: 'The catalogue' }).getByRole('button', { name: 'Soup' }).waitFor();
    await page.getByRole('searchbox').fill('a tulip');
    const found = page.getByRole('list', { name: 'What was found' });
    await found.getByRole('button', { name: 'Tulip' }).click();
    await panel(page, 'Open item').getByText('tulip seed').waitFor();
    const similar = page.getByRole('list', { name: 'Similar items' });
    await similar.getByRole('button', { name: 'Rose' }).click();
    await panel(page, 'Open item').getByRole('heading', { name: 'Rose' }).waitFor();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ text: 'a tulip', item: 'roses' });
    await page.goBack();
    await panel(page, 'Open item').getByRole('heading', { name: 'Tulip' }).waitFor();
    await page.getByRole('tab', { name: 'How lists do' }).click();
    await page.getByRole('tab', { name: 'Items' }).click();
    await found.getByRole('button', { name: 'Rose' }).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('a tulip');
  });

  it('tells how lists did, after one was clicked', async () => {
    const figures = () => ask<OnlineMetrics>('GET', '/v1/metrics/online');
    const before = await figures();
    const page = await openList('/recommendations?reader=clicker');
    await listOf(page).locator('.link-button').nth(3).click();
    await panel(page, 'Open item').getByText('Opened: sent as behaviour.').waitFor();
    await until(async () => (await figures()).lists === before.lists + 2);
    await page.getByRole('tab', { name: 'How lists do' }).click();
    const { lists, shown, taken, byPosition } = await figures();
    expect([taken - before.taken, shown - before.shown]).toEqual([1, 20]);
    const whole = panel(page, 'All lists');
    await whole.waitFor();
    expect(await whole.locator('dd').allInnerTexts()).toEqual([String(lists), String(shown), String(taken), expect.stringMatching(/%$/)]);
    const row = panel(page, 'By position').getByRole('row').nth(4);
    expect((await row.innerText()).split(/\s+/).slice(0, 3)).toEqual(['4', String(byPosition[3].shown), String(byPosition[3].taken)]);
    await panel(page, 'By arm').getByRole('rowheader', { name: 'a' }).waitFor();
  });

  it('tells how lists of a chosen time did', async () => {
    const page = await openList('/recommendations?reader=early-bird');
    await page.getByRole('tab', { name: 'How lists do' }).click();
    await panel(page, 'All lists').waitFor();
    await page.getByRole('button', { name: /Lists of/ }).click();
    await page.getByRole('option', { name: 'a time of my own' }).click();
    await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
    await page.getByLabel('To', { exact: true }).fill('2020-02-01T00:00');
    await page.getByText('No list was shown in this time.').waitFor();
    await page.getByLabel('To', { exact: true }).fill('2019-12-31T00:00');
    await page.getByRole('alert').filter({ hasText: 'The end must come after the beginning.' }).waitFor();
    await page.getByLabel('To', { exact: true }).fill('');
    await panel(page, 'All lists').waitFor();
  });

  it('forgets a reader, when that was confirmed', async () => {
    await tell('leaver', 'derby');
    const page = await openList('/recommendations?reader=leaver');
    const known = panel(page, 'What is known of the reader');
    await known.getByRole('button', { name: 'Forget this reader' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await recommender.request('GET', '/v1/users/leaver')).status).toBe(200);
    await known.getByRole('button', { name: 'Forget this reader' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget for good' }).click();
    await known.getByText('leaver is forgotten.').waitFor();
    expect((await recommender.request('GET', '/v1/users/leaver')).status).toBe(404);
  });

  it('refuses what is no id before it asks the service', async () => {
    const page = await open('/recommendations');
    await page.getByLabel('Id of the reader').fill('two words');
    await page.getByRole('button', { name: 'Show the list' }).click();
    await page.getByRole('alert').filter({ hasText: 'An id has 1 to 200 letters' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it.each(['light', 'dark'] as const)('keeps nobody out: axe-core finds nothing grave, %s', async (colorScheme) => {
    await tell('builder', 'sash');
    const page = await openList('/recommendations?reader=builder&item=tulips', { colorScheme });
    await listBeginning(page, 'A hinge', 'A roof');
    await page.getByRole('list', { name: 'Similar items' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, `recommendations-${colorScheme}`);
    await page.getByRole('tab', { name: 'Items' }).click();
    await page.getByRole('list', { name: 'The catalogue' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'How lists do' }).click();
    await page.getByRole('table').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it.each([
    ['English', 'en-GB', 'Recommendations'],
    ['Chinese', 'zh-CN', '推荐'],
  ])('fits a narrow screen, in %s', async (_language, locale, title) => {
    await tell('builder', 'sash');
    const page = await open('/recommendations?reader=builder&item=sash', { locale, viewport: { width: 360, height: 740 } });
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.locator('.recommended').first().waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });
});
