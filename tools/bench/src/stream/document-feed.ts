import type { MarketDocument } from '@attune/contracts';
import { publishDocuments, type StreamGround } from './stream-ground';

/**
 * - `now`: documents say that they were published when they are sent, as on a stream that is live
 * - `own`: they keep their times, so that years pass in minutes
 */
export type DocumentDates = 'now' | 'own';

const DAY = 24 * 60 * 60 * 1_000;

/** Documents without end for a monitor: when they run out they come again under other ids, moved in time behind the last one. */
export class DocumentFeed {
  private count = 0;
  private readonly span: number;

  constructor(
    private readonly ground: Pick<StreamGround, 'stream'>,
    private readonly documents: readonly MarketDocument[],
    private readonly dates: DocumentDates,
  ) {
    const time = (document: MarketDocument | undefined): number => Date.parse(document?.publishedAt ?? '');
    this.span = time(documents.at(-1)) - time(documents[0]) + DAY;
  }

  /** Documents that were published so far. */
  get published(): number {
    return this.count;
  }

  /** Publishes until so many are published in all. */
  async publishUpTo(count: number): Promise<void> {
    const missing = Math.max(0, count - this.count);
    const next = Array.from({ length: missing }, (_, index) => this.at(this.count + index));
    this.count += missing;
    await publishDocuments(this.ground.stream, next);
  }

  private at(number: number): MarketDocument {
    const document = this.documents[number % this.documents.length];
    const pass = Math.floor(number / this.documents.length);
    const time = this.dates === 'now' ? Date.now() : Date.parse(document.publishedAt) + pass * this.span;
    return { ...document, id: `${document.id}@${pass}`, publishedAt: new Date(time).toISOString() };
  }
}
