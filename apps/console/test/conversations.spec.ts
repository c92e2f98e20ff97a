import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, writeConceptModel, type RunningService } from '@attune/testing';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './chromium';
import { accessibilityFaults, keepPicture, openPage, startConsole, type OpenedPage } from './running-console';

const ENTRIES = [
  { question: 'How do I return an item?', answer: 'Return it within 30 days.', intent: 'return_item', tags: ['returns'] },
  { question: 'When is my refund paid?', answer: 'A refund takes five days.', intent: 'refund', tags: ['returns'] },
  { question: 'Where is my order?', answer: 'Your order is on its way.', intent: 'track_order', tags: ['orders'] },
  { question: 'What does error code 4012 mean?', answer: 'Code 4012: the card was refused.', tags: ['errors'] },
  { question: 'What does error code 4021 mean?', answer: 'Code 4021: the address is unknown.', tags: ['errors'] },
];

describeInBrowser('the screen of conversations', (browser) => {
  let folder: string;
  let service: RunningService;
  let served: RunningService;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-console-conversations-'));
    await writeConceptModel(join(folder, 'models'));
    service = await startService(join(__dirname, '../../customer-service/bin/customer-service.js'), {
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_INFERENCE_THREADS: '1',
    });
    served = await startConsole({ customerService: service.url });
    opened = await openPage(browser(), `${served.url}/conversations/knowledge`);
    page = opened.page;
  }, 180_000);
  afterAll(async () => {
    await page.context().close();
    await served.stop();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(opened.faults).toEqual([]);
  });

  const openTab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
  const say = async (text: string): Promise<void> => {
    await page.getByLabel('Your message').fill(text);
    await page.keyboard.press('Enter');
  };
  const log = () => page.getByRole('log', { name: 'Messages' });
  const thought = () => page.getByRole('region', { name: 'What the service thought' });

  it('imports entries from a file, and tells which rows it refuses', async () => {
    await page.getByText('There are no entries yet.').waitFor();
    const file = join(folder, 'entries.jsonl');
    await writeFile(file, [...ENTRIES.map((entry) => JSON.stringify(entry)), '{"question":"Half"}', ''].join('\n'));
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Import' }).click();
    await (await choosing).setFiles(file);
    await page.getByText('Imported: 5 accepted, 1 refused').waitFor();
    await page.getByText(/Row 6:/).waitFor();
    await page.getByText('When is my refund paid?').waitFor();
    await page.getByLabel('Find in questions and answers').fill('refund five');
    await page.getByText('How do I return an item?').waitFor({ state: 'detached' });
    await page.getByLabel('Find in questions and answers').fill('');
  });

  it('writes, changes and deletes an entry', async () => {
    await page.getByRole('button', { name: 'New entry' }).click();
    await page.getByLabel('Question').last().fill('Do you repair broken items?');
    await page.getByRole('dialog').getByLabel('Answer').fill('We repair what is broken.');
    await page.getByRole('dialog').getByLabel('Tags').fill('repairs, warranty');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit: Do you repair broken items?' }).click();
    await page.getByRole('dialog').getByLabel('Answer').fill('We repair it for free.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('We repair it for free.').waitFor();
    await page.getByRole('button', { name: 'Delete: Do you repair broken items?' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('We repair it for free.').waitFor({ state: 'detached' });
  });

  it('tries a question against the knowledge', async () => {
    const tried = page.getByRole('region', { name: 'Try a question' });
    await tried.getByLabel('Question').fill('send it back');
    await tried.getByRole('button', { name: 'Try a question' }).click();
    await tried.getByRole('meter', { name: 'How do I return an item?' }).waitFor();
    // What the head takes it to be about, and the words behind that.
    await tried.getByRole('meter', { name: 'return_item' }).waitFor();
    await tried
      .getByTitle(/speaks for return_item/)
      .first()
      .waitFor();
    await tried.getByRole('row', { name: /^back \+0\.\d+$/ }).waitFor();
    await tried.getByText('This version keeps no rows of its training', { exact: false }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'conversations-knowledge');
  });

  it('answers in the chat, says what it thought, and opens what it cites', async () => {
    await openTab('Chat');
    await say('can i send it back');
    await log().getByText('Return it within 30 days.').waitFor();
    await thought().getByText('answers', { exact: true }).waitFor();
    await thought().getByText('return_item').waitFor();
    expect(Number(await thought().getByRole('meter', { name: 'Confidence' }).getAttribute('aria-valuenow'))).toBeGreaterThan(0.5);
    await log().getByRole('button', { name: 'How do I return an item?' }).click();
    await page.getByRole('dialog').getByText('Return it within 30 days.').waitFor();
    await page.keyboard.press('Escape');
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'conversations-chat');
  });

  it('asks what is meant, with its choices as buttons', async () => {
    await say('error code?');
    const choices = log().getByRole('group', { name: 'Choose what you mean' });
    await choices.getByRole('button').first().waitFor();
    await keepPicture(page, 'conversations-choices');
    await choices.getByRole('button', { name: 'What does error code 4021 mean?' }).click();
    await log().getByText('Code 4021: the address is unknown.').waitFor();
  });

  it('takes a correction, which is approved and then used', async () => {
    const rating = page.getByRole('button', { name: 'Not helpful' });
    const before = await rating.count();
    await say('my parcel is late');
    await log().getByText('my parcel is late').waitFor();
    // That of the reply to it: a press is lost where the reply comes under it.
    await rating.nth(before).click();
    await page.getByRole('dialog').getByLabel('What should have been said').fill('Late parcels arrive within a week.');
    await page.getByRole('button', { name: 'Send feedback' }).click();
    await log().getByText('Thank you').waitFor();
    await openTab('Feedback');
    await page.getByText('Late parcels arrive within a week.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'conversations-feedback');
    await page.getByRole('button', { name: 'Make an entry' }).click();
    await page.getByRole('listitem').getByText('approved', { exact: true }).waitFor();
    await openTab('Knowledge');
    await page.getByText('Late parcels arrive within a week.').waitFor();
  });

  it('hands over to a person, who claims, answers and resolves beside the chat', async () => {
    await openTab('Chat');
    await page.getByRole('button', { name: 'New conversation' }).click();
    await say('I want to talk to a person');
    await page.getByText('A person answers from here on.').waitFor();
    const chat = page.url();
    const desk = await openPage(browser(), `${served.url}/conversations/handoffs`);
    await desk.page.getByLabel('Your name').fill('Mara');
    await desk.page.getByRole('button', { name: /I want to talk to a person/ }).click();
    await desk.page.getByRole('button', { name: 'Claim' }).click();
    await desk.page.getByLabel('Your reply').fill('Hello, this is Mara.');
    await desk.page.keyboard.press('Enter');
    await log().getByText('Hello, this is Mara.').waitFor();
    expect(page.url()).toBe(chat);
    expect(await accessibilityFaults(desk.page)).toEqual([]);
    await keepPicture(desk.page, 'conversations-handoffs');
    await desk.page.getByRole('button', { name: 'Resolve' }).click();
    await desk.page
      .getByRole('paragraph')
      .filter({ hasText: /^resolved$/ })
      .waitFor();
    expect(desk.faults).toEqual([]);
    await desk.page.context().close();
  });

  it('takes a chat up again where it broke off', async () => {
    await page.getByRole('button', { name: 'New conversation' }).click();
    await say('where is my order');
    await log().getByText('Your order is on its way.').waitFor();
    await page.reload();
    await log().getByText('where is my order', { exact: true }).waitFor();
    await log().getByText('Your order is on its way.').waitFor();
    await page.goto(`${served.url}/conversations/chat/none`);
    await page.getByText('This conversation is gone.').waitFor();
  });

  it('turns a question without an answer into an entry', async () => {
    await page.goto(`${served.url}/conversations`);
    await say('do you sell umbrellas');
    await page
      .getByRole('button', { name: 'What it thought' })
      .or(thought().getByText('hands over'))
      .or(thought().getByText('asks what is meant'))
      .first()
      .waitFor();
    await openTab('Gaps');
    await page.getByText('do you sell umbrellas').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'conversations-gaps');
    await page.getByRole('listitem').filter({ hasText: 'do you sell umbrellas' }).getByRole('button', { name: 'Write an entry' }).click();
    await page.getByRole('dialog').getByLabel('Answer').fill('We sell umbrellas.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('strong').filter({ hasText: 'do you sell umbrellas' }).waitFor({ state: 'detached' });
  });

  it('takes in a document, and shows its passages', async () => {
    await openTab('Documents');
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Upload a document' }).click();
    await (
      await choosing
    ).setFiles({ name: 'Warranty.md', mimeType: 'text/markdown', buffer: Buffer.from('# Warranty\n\nRepairs are free for two years.\n') });
    await page.getByRole('button', { name: 'Passages of Warranty' }).click();
    await page.getByRole('dialog').getByText('Repairs are free for two years.').waitFor();
    await page.keyboard.press('Escape');
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPicture(page, 'conversations-documents');
  });
});
