import type { Recommendations } from '@attune/contracts';

/** What a reader does, chapter by chapter: articles by a word of their category. */
export const READING: readonly { readonly category: string; readonly articles: number }[] = [
  { category: 'garden', articles: 3 },
  { category: 'music', articles: 4 },
];

const LISTED = 5;

/** An article as the service lists it. */
interface Listed {
  readonly id: string;
  readonly title?: string | undefined;
}

/** The recommender's HTTP API, as far as the example needs it. */
export class ReaderClient {
  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Articles of a category. */
  async articlesOf(category: string, count: number): Promise<Listed[]> {
    const answer = await fetch(`${this.url}/v1/items?category=${encodeURIComponent(category)}&limit=${count}`, { signal: this.signal });
    return ((await answer.json()) as { items: Listed[] }).items;
  }

  /** Tells that a reader read an article. */
  async read(user: string, item: string): Promise<void> {
    await this.send('/v1/events', 'application/json', JSON.stringify({ user, item, type: 'clicked', at: new Date().toISOString() }));
  }

  /** A reader's list, with its reasons. */
  async recommend(user: string): Promise<Recommendations> {
    const { recommendationsSchema } = await import('@attune/contracts');
    const body = JSON.stringify({ user, limit: LISTED, diversity: 0.2, explain: true });
    return recommendationsSchema.parse(await (await this.send('/v1/recommendations', 'application/json', body)).json());
  }

  private async send(path: string, contentType: string, body: string): Promise<Response> {
    const answer = await fetch(this.url + path, { method: 'POST', headers: { 'content-type': contentType }, body, signal: this.signal });
    if (answer.ok) return answer;
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('bad-data', `POST ${path} was refused (${answer.status}): ${await answer.text()}`);
  }
}
