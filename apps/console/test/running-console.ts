import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedFolder, startService, type RunningService } from '@attune/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const CONSOLE = join(__dirname, '..');
const requireHere = createRequire(__filename);

/** Where the services are that the console is over; those that a spec does not need answer nobody. */
export interface ServiceUrls {
  readonly customerService?: string;
  readonly sentimentMonitor?: string;
  readonly recommender?: string;
  readonly trainer?: string;
}

/** The discard port: nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** The page as it is deployed, built once a test run. */
export function builtPage(): Promise<string> {
  return sharedFolder('console-page', async (folder) => {
    // Jest's own NODE_ENV would give React as its developers have it.
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [join(CONSOLE, 'scripts/build.mjs'), folder], { env });
  });
}

/** Starts the console as a process of its own over services that run. */
export async function startConsole(services: ServiceUrls, environment: Record<string, string> = {}): Promise<RunningService> {
  return startService(join(CONSOLE, 'bin/console.js'), {
    ATTUNE_CONSOLE_PAGE: await builtPage(),
    ATTUNE_CUSTOMER_SERVICE_URL: services.customerService ?? NOWHERE,
    ATTUNE_SENTIMENT_MONITOR_URL: services.sentimentMonitor ?? NOWHERE,
    ATTUNE_RECOMMENDER_URL: services.recommender ?? NOWHERE,
    ATTUNE_TRAINER_URL: services.trainer ?? NOWHERE,
    ...environment,
  });
}

/** A page of the console, and what its browser complained of. */
export interface OpenedPage {
  readonly page: Page;
  /** Exceptions, violations of the policy, and whatever else was written as an error; answers that refuse are not among them. */
  readonly faults: string[];
}

/** Opens the console in a window of its own. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1_280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

interface AxeViolation {
  readonly id: string;
  readonly impact?: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds serious or critical on a page as it stands, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(requireHere.resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate<AxeViolation[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** Keeps a picture of a page for a person to look at, where `ATTUNE_SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['ATTUNE_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
