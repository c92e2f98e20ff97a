import { TOPICS, type MarketDocumentEvent } from '@attune/contracts';
import {
  cloudEventMessage,
  inTurns,
  InvalidMessageError,
  type EventPublisher,
  type OutgoingMessage,
  type ReceivedEvent,
} from '@attune/event-stream';
import {
  composeSentiments,
  contentHash,
  planDocument,
  recomposeSentiments,
  type PlannedDocument,
  type ScoringCircumstances,
  type ScoringInput,
} from '@attune/opinion';
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

/** A document of a batch that is to be published, in its turn. */
interface Wanted {
  received: Received;
  hash: string;
  /** An earlier attempt, or another instance, has scored it, and may have come no further. */
  isStored: boolean;
}

/** What was found in a document, and what is kept of it. */
interface Found {
  record: ScoredRecord;
  messages: OutgoingMessage[];
}

/**
 * The first stage: turns documents into sentiment about watches. It keeps nothing in memory. What was found in a document
 * is stored before it is published: a message whose handling was cut short in between is known by its place, and what was
 * stored is published once more, byte for byte, whatever model and watches there are by then.
 */
export class ScoringService {
  constructor(
    private readonly documents: DocumentRepository,
    private readonly directory: Pick<WatchDirectory, 'matcher'>,
    private readonly model: Pick<SentimentModel, 'score'>,
    private readonly publisher: EventPublisher,
    private readonly now: () => number = Date.now,
  ) {}

  /** Scores the documents of a batch, remembers them, and publishes what was found. */
  async process(batch: readonly Received[], refuse: Refuse, signal?: AbortSignal): Promise<ScoringOutcome> {
    const { wanted, duplicates, refused } = await this.sift(batch, refuse);
    const found = await this.score(
      wanted.filter(({ isStored }) => !isStored),
      signal,
    );
    signal?.throwIfAborted();
    const inserted = await this.documents.insert([...found.values()].map(({ record }) => record));
    const stored = await this.documents.find(
      wanted.flatMap(({ received: { event } }) => (inserted.has(event.data.id) ? [] : [event.data.id])),
    );
    const messages = wanted.flatMap(({ received }) => {
      const { id } = received.event.data;
      const record = stored.get(id);
      return record === undefined ? (found.get(id)?.messages ?? []) : storedMessages(record, received);
    });
    await this.publisher.publish(TOPICS.marketSentiment.name, messages);
    return { scored: wanted.length, pairs: messages.length, duplicates, refused };
  }

  private async sift(batch: readonly Received[], refuse: Refuse): Promise<{ wanted: Wanted[]; duplicates: number; refused: number }> {
    const known = await this.documents.known(batch.map(({ event }) => event.data.id));
    const wanted: Wanted[] = [];
    let duplicates = 0;
    let refused = 0;
    for (const received of batch) {
      const { id, publishedAt } = received.event.data;
      const hash = contentHash(received.event.data);
      const before = known.get(id);
      const fault = before === undefined ? timestampFault(publishedAt, this.arrivalOf(received)) : undefined;
      if (before?.contentHash === hash) {
        if (before.origin === originOf(received)) wanted.push({ received, hash, isStored: true });
        else duplicates += 1;
      } else if (before !== undefined || fault !== undefined) {
        refused += 1;
        await refuse(received, new InvalidMessageError(fault ?? `The document ${id} came before, with other content.`));
      } else {
        known.set(id, { contentHash: hash, origin: null });
        wanted.push({ received, hash, isStored: false });
      }
    }
    return { wanted, duplicates, refused };
  }

  /** @returns what was found, by the documents' ids */
  private async score(fresh: readonly Wanted[], signal: AbortSignal | undefined): Promise<Map<string, Found>> {
    const inputs: ScoringInput[] = [];
    const planned: { received: Received; document: PlannedDocument; start: number }[] = [];
    await inTurns(fresh, ({ received, hash }) => {
      const document = planDocument(received.event.data, this.directory.matcher, hash);
      planned.push({ received, document, start: inputs.length });
      inputs.push(...document.plan.inputs);
    });
    const { topics: topicIndex } = this.directory.matcher;
    const options = { bulk: true, ...(signal === undefined ? {} : { signal }) };
    const { modelVersion, results, descriptions } = await this.model.score(inputs, options, topicIndex.descriptions);
    const found = new Map<string, Found>();
    await inTurns(planned, ({ received, document, start }) => {
      const scored = { results: results.slice(start, start + document.plan.inputs.length), descriptions };
      const { traceparent } = received.event;
      const circumstances = { receivedAt: this.arrivalOf(received), modelVersion, traceparent };
      const { topics, sentiments } = composeSentiments(document, scored, topicIndex, circumstances);
      const messages = sentiments.map(({ event }) => cloudEventMessage(TOPICS.marketSentiment, event.data.watchId, event));
      const record = this.record(document, { topics, sentiments }, received, circumstances);
      found.set(document.document.id, { record, messages });
    });
    return found;
  }

  /**
   * When a message came in: what the broker says, so that a later attempt decides the same; the clock, where a producer
   * gave it no time, or one that is still to come.
   */
  private arrivalOf({ message: { timestamp } }: Received): number {
    return timestamp > 0 ? Math.min(timestamp, this.now()) : this.now();
  }

  private record(
    { document, contentHash: hash }: PlannedDocument,
    { topics, sentiments }: ReturnType<typeof composeSentiments>,
    received: Received,
    { receivedAt, modelVersion }: ScoringCircumstances,
  ): ScoredRecord {
    return {
      contentHash: hash,
      origin: originOf(received),
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

function originOf({ message: { partition, offset } }: Received): string {
  return `${partition}:${offset}`;
}

function storedMessages({ receivedAt, modelVersion, sentiments, ...record }: ScoredRecord, { event }: Received): OutgoingMessage[] {
  const earlier = { ...record, sentiments: sentiments.map(({ inputs, ...sentiment }) => ({ ...sentiment, sentences: inputs.length })) };
  const circumstances = { receivedAt: receivedAt.getTime(), modelVersion, traceparent: event.traceparent };
  return recomposeSentiments(earlier, circumstances).map((each) => cloudEventMessage(TOPICS.marketSentiment, each.data.watchId, each));
}
