import { marketDocumentSchema, TOPICS, type DocumentsAccepted, type MarketDocument } from '@attune/contracts';
import { cloudEventMessage, type EventPublisher } from '@attune/event-stream';
import { toDocumentEvent } from '@attune/opinion';
import { currentTraceparent } from '@attune/service-kit';
import { timestampFault } from './timestamp-bounds';

/** Publishes documents that came over HTTP to `market.documents`, and does nothing else with them. */
export class DocumentIntake {
  constructor(
    private readonly publisher: EventPublisher,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Publishes those documents that are in order.
   *
   * @param bodies as they came, not yet checked
   * @param firstIndex what the first of them counts as in `refused`
   */
  async publish(bodies: readonly unknown[], firstIndex = 0): Promise<DocumentsAccepted> {
    const accepted: MarketDocument[] = [];
    const refused: DocumentsAccepted['refused'] = [];
    bodies.forEach((body, offset) => {
      const read = marketDocumentSchema.safeParse(body);
      const fault = read.success ? timestampFault(read.data.publishedAt, this.now()) : read.error.issues.map(describe).join('; ');
      if (read.success && fault === undefined) accepted.push(read.data);
      else refused.push({ index: firstIndex + offset, ...idOf(body), message: fault ?? 'not a document' });
    });
    const traceparent = currentTraceparent();
    await this.publisher.publish(
      TOPICS.marketDocuments.name,
      accepted.map((document) => cloudEventMessage(TOPICS.marketDocuments, document.id, toDocumentEvent(document, traceparent))),
    );
    return { accepted: accepted.length, refused };
  }
}

function describe({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function idOf(body: unknown): { id?: string } {
  const id: unknown = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'string' ? { id: id.slice(0, 200) } : {};
}
