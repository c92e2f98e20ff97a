import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeUnlessMissing } from '@attune/testing';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** A browser that is only looked at asks nobody on the network for anything; the superuser has no sandbox. */
const ARGUMENTS = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/**
 * A `describe` whose specs use a real Chromium, which is installed or named by `CHROMIUM`. Without one they are skipped aloud; with CI set
 * they fail.
 *
 * @param suite defines the specs; the function it is given returns the browser, once specs run
 */
export function describeInBrowser(title: string, suite: (browser: () => Browser) => void): void {
  const program = findChromium();
  const missing =
    program === undefined
      ? { reason: 'no Chromium is installed.', remedy: 'Install one (Debian: apt-get install chromium), or name one by CHROMIUM.' }
      : undefined;
  describeUnlessMissing({ name: 'Chromium', missing }, title, () => {
    let browser: Browser;
    beforeAll(async () => {
      const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      browser = await chromium.launch({ executablePath: program, args: [...ARGUMENTS, ...sandbox] });
    }, 60_000);
    afterAll(() => browser.close());
    suite(() => browser);
  });
}

function findChromium(): string | undefined {
  const { CHROMIUM: named, PATH = '' } = process.env;
  if (named !== undefined && named !== '') return named;
  return PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}
