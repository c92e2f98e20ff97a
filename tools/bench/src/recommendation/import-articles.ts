import { importRows, isThere } from '../service-client';
import type { GeneratedArticle } from './generated-catalogue';

/** Articles that are sent in one request. */
const PART = 5_000;

/** Hands articles to a recommender, but for those parts whose last article is there. */
export async function importArticles(url: string, articles: readonly GeneratedArticle[], onRun: (what: string) => void): Promise<void> {
  for (let from = 0; from < articles.length; from += PART) {
    const part = articles.slice(from, from + PART);
    if (await isThere(`${url}/v1/items/${part[part.length - 1].id}`)) continue;
    onRun(`importing items from ${String(from)} on`);
    onRun(await importRows(`${url}/v1/items/import`, part));
  }
}
