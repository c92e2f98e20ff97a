import type { Alert, AlertEvent, Sentiment } from '@attune/contracts';
import type { Fates } from './fates';

/** A message of a topic, in the order of its partition. */
export interface Delivered {
  /** Of the event. */
  readonly id: string;
  readonly body: string;
}

/** What is left of a run, in the database, on the topics and with subscribers. Watches go by their names: their ids differ from run to run. */
export interface Evidence {
  /** Messages of `market.documents`. */
  readonly messages: number;
  /** What must have become of them. */
  readonly fates: Fates;
  /** `partition:offset` of the messages that went to dead letters; of one that went twice, twice. */
  readonly deadLetters: readonly string[];
  /** Dead letters of `market.sentiment`: none belongs there. */
  readonly sentimentDeadLetters: number;
  /** Messages that a stage has not handled. */
  readonly behind: number;
  readonly documents: readonly ScoredRow[];
  readonly mentions: readonly MentionRow[];
  readonly buckets: readonly BucketRow[];
  readonly alerts: readonly Alert[];
  /** In the order of their commits. */
  readonly alertEvents: readonly AlertEvent[];
  readonly unpublished: number;
  readonly undelivered: number;
  readonly sentimentTopic: readonly Delivered[];
  readonly trendsTopic: readonly Delivered[];
  readonly alertsTopic: readonly Delivered[];
  /** What server-sent events brought. */
  readonly followed: readonly Delivered[];
  /** What was posted to the webhook. */
  readonly posted: readonly Delivered[];
}

export interface ScoredRow {
  readonly id: string;
  readonly hash: string;
  readonly sentiments: readonly (Sentiment & { readonly watchId: string })[];
}

export interface MentionRow {
  readonly watch: string;
  readonly document: string;
  readonly label: Sentiment['label'];
  readonly score: number;
  readonly story: string;
}

export interface BucketRow {
  readonly watch: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly seconds: number;
  readonly documents: Readonly<Record<Sentiment['label'], number>>;
  readonly stories: Readonly<Record<Sentiment['label'], number>>;
  readonly scoreSum: number;
}
