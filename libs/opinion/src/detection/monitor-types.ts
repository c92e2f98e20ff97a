import type { Alert, AlertRules, SentimentLabel, Trend } from '@attune/contracts';

/** A story's count that moves: +1 where it was told first, -1 where it was believed to have been. */
export interface StoryDelta {
  /** Milliseconds since 1970. */
  at: number;
  label: SentimentLabel;
  delta: 1 | -1;
}

/** One document about a watch, linked to its story. */
export interface Mention {
  documentId: string;
  source: string;
  title?: string;
  url?: string;
  /** Milliseconds since 1970; windows follow it. */
  publishedAt: number;
  /** Milliseconds since 1970 at which the document came in; a document published long before it is history and raises no alert. */
  receivedAt: number;
  label: SentimentLabel;
  /** -1 to 1. */
  score: number;
  storyId: string;
  /** What this document changes in the counts of stories. */
  deltas: readonly StoryDelta[];
}

/** The watch that a monitor judges, with what its alerts tell besides. */
export interface MonitoredWatch {
  id: string;
  name: string;
  rules: AlertRules;
  /** Version of the model whose labels are counted. */
  modelVersion: string;
}

/** What comes out of a change. */
export type MonitorEffect = { kind: 'trend'; trend: Trend } | { kind: 'alert'; alert: Alert };
