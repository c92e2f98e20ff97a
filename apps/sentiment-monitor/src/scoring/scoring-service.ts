import { TOPICS, type MarketDocumentEvent } from '@attune/contracts';
import {
  cloudEventMessage,
  InvalidMessageError,
  type EventPublisher,
  type OutgoingMessage,
  type ReceivedEvent,
} from '@attune/event-stream';
import { composeSentiments, contentHash, planDocument, type PlannedDocument, type ScoringInput } from '@attune/opinion';
import { type DocumentRepository, type ScoredRecord } from '../documents/document-repository';
import { timestampFault } from '../documents/timestamp-bounds';
import { type WatchDirectory } from '../watches/watch-directory';
import { type SentimentModel } from './sentiment-model';

type Received = ReceivedEvent<MarketDocumentEvent>;

/** What became of the documents of a batch. */
export interface ScoringOutcome {
  scored: number;
  pairs: number;
  duplicates: number;
  refused: number;
}

/** Decides what to do with a message that cannot be scored. */
export type Refuse = (received: Received, error: Error) => Promise<void>;

/**
 * The first stage: turns documents into sentiment about watches. It keeps nothing in memory; a document that comes again
 * is known by its row in the database, which is written after its events were published. A process that dies between the
 * two publishes the same events again, with the same ids.
 */
export class ScoringService {
  constructor(
    private readonly documents: DocumentRepository,
    private readonly directory: WatchDirectory,
    private readonly model: SentimentModel,
    private readonly publisher: EventPublisher,
    private readonly now: () => number = Date.now,
  ) {}

  /** Scores the documents of a batch, publishes what was found, and remembers the documents. */
  async process(batch: readonly Received[], refuse: Refuse, signal?: AbortSignal): Promise<ScoringOutcome> {
    const { fresh, duplicates, refused } = await this.selectFresh(batch, refuse);
    const inputs: ScoringInput[] = [];
    const planned = fresh.map(({ received, hash }) => {
      const document = planDocument(received.event.data, this.directory.matcher, hash);
      const start = inputs.length;
      inputs.push(...document.plan.inputs);
      return { received, document, start };
    });
    const { topics: topicIndex } = this.directory.matcher;
    const options = { bulk: true, ...(signal === undefined ? {} : { signal }) };
    const { modelVersion, results, descriptions } = await this.model.score(inputs, options, topicIndex.descriptions);
    const messages: OutgoingMessage[] = [];
    const records = planned.map(({ received: { event, message }, document, start }) => {
      const scored = { results: results.slice(start, start + document.plan.inputs.length), descriptions };
      const circumstances = { receivedAt: message.timestamp, modelVersion, traceparent: event.traceparent };
      const { topics, sentiments } = composeSentiments(document, scored, topicIndex, circumstances);
      for (const found of sentiments) messages.push(cloudEventMessage(TOPICS.marketSentiment, found.event.data.watchId, found.event));
      return this.record(document, topics, sentiments, circumstances);
    });
    signal?.throwIfAborted();
    await this.publisher.publish(TOPICS.marketSentiment.name, messages);
    await this.documents.insert(records);
    return { scored: records.length, pairs: messages.length, duplicates, refused };
  }

  private async selectFresh(
    batch: readonly Received[],
    refuse: Refuse,
  ): Promise<{ fresh: { received: Received; hash: string }[]; duplicates: number; refused: number }> {
    const known = await this.documents.knownHashes(batch.map(({ event }) => event.data.id));
    const fresh: { received: Received; hash: string }[] = [];
    let duplicates = 0;
    let refused = 0;
    for (const received of batch) {
      const { id, publishedAt } = received.event.data;
      const hash = contentHash(received.event.data);
      const before = known.get(id);
      const fault = before === undefined ? timestampFault(publishedAt, this.now()) : undefined;
      if (before === hash) duplicates += 1;
      else if (before !== undefined || fault !== undefined) {
        refused += 1;
        await refuse(received, new InvalidMessageError(fault ?? `The document ${id} came before, with other content.`));
      } else {
        known.set(id, hash);
        fresh.push({ received, hash });
      }
    }
    return { fresh, duplicates, refused };
  }

  private record(
    { document, contentHash: hash }: PlannedDocument,
    topics: string[],
    sentiments: ReturnType<typeof composeSentiments>['sentiments'],
    { receivedAt, modelVersion }: { receivedAt: number; modelVersion: string },
  ): ScoredRecord {
    return {
      contentHash: hash,
      document,
      receivedAt: new Date(receivedAt),
      scoredAt: new Date(this.now()),
      modelVersion,
      topics,
      sentiments: sentiments.map(({ event: { data }, inputs }) => ({
        watchId: data.watchId,
        label: data.label,
        probabilities: data.probabilities,
        score: data.score,
        inputs: inputs.map(({ text, pair }) => (pair === undefined ? { text } : { text, entity: pair })),
      })),
    };
  }
}
