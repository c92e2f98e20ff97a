import type { MarketDocument, MarketDocumentEvent } from '@attune/contracts';
import { contentHash } from './sentiment-event';

const MAX_ID = 200;
const MAX_SOURCE = 500;

/**
 * A document's event for `market.documents`: the same document gives the same event, byte for byte, whenever and wherever it comes in.
 *
 * @param traceparent of the request that brought it, where there was one
 */
export function toDocumentEvent(document: MarketDocument, traceparent?: string): MarketDocumentEvent {
  return {
    specversion: '1.0',
    // Of a long id the end is kept: its own last characters and the hash tell it from others.
    id: `${document.id}#${contentHash(document).slice(0, 16)}`.slice(-MAX_ID),
    source: `/sources/${encodeURIComponent(document.source)}`.slice(0, MAX_SOURCE),
    type: 'attune.market.document',
    subject: document.id,
    time: document.publishedAt,
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data: document,
  };
}
