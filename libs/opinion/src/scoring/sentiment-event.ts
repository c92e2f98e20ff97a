import { createHash } from 'node:crypto';
import type { DocumentSentimentEvent, MarketDocument, Sentiment } from '@attune/contracts';

/** `source` of the events that scoring publishes. */
export const SENTIMENT_EVENT_SOURCE = '/attune/sentiment-monitor/scoring';

function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/**
 * Hash of what a document says, by which a repeat is told from other content under the same id: SHA-256 in base64url over its fields in
 * a fixed order, times by their instant and texts in Unicode's NFC.
 */
export function contentHash(document: MarketDocument): string {
  const text = (value: string | undefined): string | null => (value === undefined ? null : value.normalize('NFC'));
  return digest([
    document.id,
    text(document.source),
    new Date(document.publishedAt).toISOString(),
    text(document.title),
    text(document.text),
    text(document.url),
    document.language?.toLowerCase() ?? null,
  ]);
}

/** Id of a document's sentiment about a watch: the same document, watch and model give the same id. SHA-256 in base64url. */
export function sentimentEventId(documentId: string, hash: string, watchId: string, modelVersion: string): string {
  return digest([documentId, hash, watchId, modelVersion]);
}

export interface SentimentEventInput {
  readonly document: MarketDocument;
  /** Of `contentHash(document)`. */
  readonly contentHash: string;
  readonly watchId: string;
  readonly sentiment: Sentiment;
  /** Texts that the sentiment was aggregated from; at least 1. */
  readonly sentences: number;
  readonly topics: readonly string[];
  /** Of `fingerprint(text)`. */
  readonly fingerprint: string;
  readonly modelVersion: string;
  /** When the document came to `market.documents`: the message's own time, so that a second run says the same. */
  readonly receivedAt: string;
  readonly traceparent?: string | undefined;
}

/** The event for `market.sentiment`, byte for byte the same for the same input once it is written as JSON. */
export function toSentimentEvent(input: SentimentEventInput): DocumentSentimentEvent {
  const { document, sentiment, watchId, modelVersion } = input;
  const receivedAt = input.receivedAt;
  const { negative, neutral, positive } = sentiment.probabilities;
  return {
    specversion: '1.0',
    id: sentimentEventId(document.id, input.contentHash, watchId, modelVersion),
    source: SENTIMENT_EVENT_SOURCE,
    type: 'attune.market.sentiment',
    subject: watchId,
    time: receivedAt,
    datacontenttype: 'application/json',
    ...(input.traceparent === undefined ? {} : { traceparent: input.traceparent }),
    data: {
      label: sentiment.label,
      probabilities: { negative, neutral, positive },
      score: sentiment.score,
      documentId: document.id,
      watchId,
      source: document.source,
      ...(document.title === undefined ? {} : { title: document.title }),
      ...(document.url === undefined ? {} : { url: document.url }),
      publishedAt: document.publishedAt,
      receivedAt,
      sentences: input.sentences,
      topics: [...input.topics].sort(),
      fingerprint: input.fingerprint,
      modelVersion,
    },
  };
}
