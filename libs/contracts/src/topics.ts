import type { z } from 'zod';
import { alertEventSchema } from './events/alert';
import { behaviourEventSchema } from './events/behaviour';
import { catalogItemEventSchema } from './events/catalog-item';
import { marketDocumentEventSchema } from './events/market-document';
import { modelPromotedEventSchema } from './events/model-promoted';
import { documentSentimentEventSchema } from './events/sentiment';
import { supportConversationEventSchema } from './events/support-conversation';
import { trendEventSchema } from './events/trend';

/** A topic as `attune topics apply` makes it. */
export interface TopicDefinition<Event = unknown> {
  readonly name: string;
  /** What the key of its messages is: the entity whose order matters. */
  readonly key: string;
  readonly description: string;
  readonly schema: z.ZodType<Event>;
  readonly partitions: number;
  /** Milliseconds a message is kept; compacted topics keep the newest message of each key for ever. */
  readonly retentionMs?: number;
  readonly cleanup: 'delete' | 'compact';
}

const DAY = 24 * 60 * 60 * 1000;

function topic<Event>(definition: TopicDefinition<Event>): TopicDefinition<Event> {
  return definition;
}

/** Every topic, by the name it has in code. */
export const TOPICS = {
  marketDocuments: topic({
    name: 'market.documents',
    key: 'document id',
    description: 'A news item or a post',
    schema: marketDocumentEventSchema,
    partitions: 6,
    retentionMs: 7 * DAY,
    cleanup: 'delete',
  }),
  marketSentiment: topic({
    name: 'market.sentiment',
    key: 'watch id',
    description: "One document's sentiment about one watched entity or topic",
    schema: documentSentimentEventSchema,
    partitions: 6,
    retentionMs: 7 * DAY,
    cleanup: 'delete',
  }),
  marketTrends: topic({
    name: 'market.trends',
    key: 'watch id',
    description: 'Aggregates of the newest closed window of a watch',
    schema: trendEventSchema,
    partitions: 6,
    cleanup: 'compact',
  }),
  alertsSentiment: topic({
    name: 'alerts.sentiment',
    key: 'watch id',
    description: 'An alert was opened, escalated or resolved',
    schema: alertEventSchema,
    partitions: 3,
    retentionMs: 30 * DAY,
    cleanup: 'delete',
  }),
  supportConversations: topic({
    name: 'support.conversations',
    key: 'conversation id',
    description: 'A turn was answered, clarified, handed over or rated',
    schema: supportConversationEventSchema,
    partitions: 6,
    retentionMs: 7 * DAY,
    cleanup: 'delete',
  }),
  catalogItems: topic({
    name: 'catalog.items',
    key: 'item id',
    description: 'An item to recommend',
    schema: catalogItemEventSchema,
    partitions: 6,
    cleanup: 'compact',
  }),
  behaviourEvents: topic({
    name: 'behaviour.events',
    key: 'user id',
    description: 'A person viewed, clicked, commented, shared, purchased or dismissed an item',
    schema: behaviourEventSchema,
    // The recommender has no more instances than these, and its lists want more than those of other topics: docs/scale.md.
    partitions: 18,
    retentionMs: 7 * DAY,
    cleanup: 'delete',
  }),
  modelsPromoted: topic({
    name: 'models.promoted',
    key: 'app',
    description: 'A version of a model was promoted',
    schema: modelPromotedEventSchema,
    partitions: 1,
    cleanup: 'compact',
  }),
} as const;

/** Where messages of a topic go that cannot be handled. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dead-letters`;
}
