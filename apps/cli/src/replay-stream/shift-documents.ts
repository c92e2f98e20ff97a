import type { MarketDocument } from '@attune/contracts';

const LONGEST_ID = 200;

/**
 * Moves documents in time, all by as much. Their ids get a mark of the move: a document of a known id that was published at another time is
 * other content, which the monitor refuses.
 *
 * @param milliseconds to the future
 */
export async function* shiftDocuments(documents: AsyncIterable<MarketDocument>, milliseconds: number): AsyncGenerator<MarketDocument> {
  const mark = `@${Math.round(milliseconds / 1000).toString(36)}`;
  for await (const document of documents) {
    const publishedAt = new Date(Date.parse(document.publishedAt) + milliseconds).toISOString();
    yield { ...document, id: `${document.id.slice(0, LONGEST_ID - mark.length)}${mark}`, publishedAt };
  }
}
