import type { SentimentLabel } from '@attune/contracts';
import type { StoryDelta } from '../detection/monitor-types';

/** A document as stories are made of it. */
export interface Telling {
  readonly documentId: string;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  readonly label: SentimentLabel;
  /** Of `fingerprint(text)`. */
  readonly fingerprint: string;
}

/** What a telling changed. */
export interface StoryLink {
  /** Id of the document that told the story first: the earliest, of equally early ones the one with the smallest id. */
  readonly storyId: string;
  /** Ids under which stories were known until now that are this story: it was told earlier than believed, or two stories proved to be one. */
  readonly merged: readonly string[];
  /** What changes in the counts of stories; empty for a further telling, and for a document that is known already. */
  readonly deltas: readonly StoryDelta[];
  /** Documents that told the story, this one included. */
  readonly tellings: number;
  /** Whether the document was linked before. */
  readonly known: boolean;
}

/** A telling as it is stored. With its story, since the telling that the story is known by may have expired. */
export interface StoryMember extends Telling {
  readonly story?: KnownStory;
}

/** What is known of a story apart from its tellings. */
export interface KnownStory {
  /** Of the first telling, as its time and label are. */
  readonly storyId: string;
  readonly publishedAt: number;
  readonly label: SentimentLabel;
  /** Documents that told it, expired ones included. */
  readonly tellings: number;
}
