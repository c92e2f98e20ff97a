import type { Alert, AlertRules, SentimentLabel, Trend } from '@attune/contracts';
import type { StoryDelta } from '../windows/bucket-changes';

export type { StoryDelta };

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
  /**
   * Milliseconds since 1970 before which everything that came in has been taken in: the watermark does not pass it, so that
   * a document whose turn came late, and not by its own fault, finds its windows open. Without it, nothing is behind.
   */
  takenInUntil?: number | undefined;
  label: SentimentLabel;
  /** -1 to 1. */
  score: number;
  storyId: string;
  /** Ids under which the story was known before this document. */
  replaces?: readonly string[];
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

export interface MonitorOptions {
  /** Name of the detector; default the one that serves. */
  detector?: string;
  /** For so long after a time documents of that time are waited for. Default 5. */
  latenessMinutes?: number;
  /** A document that came in longer after its publication is history. Default: the window and the lateness together. */
  freshMinutes?: number;
}

/** What comes out of a change. */
export type MonitorEffect = { kind: 'trend'; trend: Trend } | { kind: 'alert'; alert: Alert };
