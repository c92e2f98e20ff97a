import type { Recommendations } from '@attune/contracts';
import { renderTable } from '../report-tables';
import { messageColours, printMessage, printResult } from '../terminal';
import { ensureExampleHead } from './example-head';
import { READING, ReaderClient } from './example-reader';
import { loadArticles } from './examples/articles';
import type { ServiceProcess } from './service-process';
import { showService } from './show-service';
import { untilEnd } from './until-end';

const APP = 'recommender';
const READER = 'ada';

/**
 * Shows the recommender at work: starts it on its embedded defaults in a folder of its own, hands in the example articles, and shows how the
 * list of a reader changes with what she reads; then leaves the service running until Ctrl-C.
 *
 * @param once end after the lists
 */
export async function startRecommender({ once }: { once: boolean }): Promise<void> {
  await ensureExampleHead(APP);
  await showService(APP, (service, signal) => showReader(service, once, signal));
}

async function showReader(service: ServiceProcess, once: boolean, signal: AbortSignal): Promise<void> {
  const client = new ReaderClient(service.url, signal);
  await loadArticles(service.url, signal);
  show(`What ${READER} is shown first`, await client.recommend(READER));
  for (const { category, articles: count } of READING) {
    for (const { id, title } of await client.articlesOf(category, count)) {
      await client.read(READER, id);
      printMessage(messageColours().dim(`    ${READER} reads “${title ?? id}” (${category})`));
    }
    show(`What ${READER} is shown now`, await client.recommend(READER));
  }
  if (once) return;
  const colours = messageColours();
  printMessage(
    [
      '',
      `The API's documentation  ${colours.cyan(`${service.url}/docs`)}`,
      `Ask for a list           curl -s ${service.url}/v1/recommendations -H 'content-type: application/json' -d '{"user":"${READER}","explain":true}'`,
      'The service runs until Ctrl-C, and forgets everything then.',
    ].join('\n'),
  );
  await untilEnd(service, signal);
}

function show(title: string, { basis, items }: Recommendations): void {
  const rows = items.map(({ title: name, id, category, probability, reason }) => [
    name ?? id,
    category ?? '',
    `${(100 * probability).toFixed(1)} %`,
    reason ?? '',
  ]);
  printResult(`\n${renderTable([`${title} (${basis})`, 'category', 'taken next', 'reason'], rows)}\n`);
}
