import type { Alternative, HandoffReason, Slot } from '@attune/contracts';
import type { RecognisedValues, RecognitionContext } from '../slots/recognise';
import type { Reading } from './reading';
import type { ConversationState } from './state';

/** A passage of a document, or a hit of the external search, that may answer. */
export interface FoundPassage {
  readonly id: string;
  readonly probability: number;
}

/** What was found for a question: entries with the probability that they answer it, best first. */
export interface Found {
  readonly candidates: readonly Alternative[];
  /** Probability that nothing known answers it. */
  readonly none: number;
  /** Passages of documents, best first; absent where nobody looked for any. */
  readonly passages?: readonly FoundPassage[] | undefined;
  /** Hits of the external search, best first; absent where nobody asked it. */
  readonly external?: readonly FoundPassage[] | undefined;
}

/** Where quoted passages come from. */
export type QuoteSource = 'documents' | 'external';

/** What the head says of a message. */
export interface Understanding {
  readonly intent: string;
  readonly probability: number;
  /** Of every label. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** Probability that the message is about nothing the service is for. */
  readonly outOfScope: number;
  /** Probability that its writer is angry; undefined where the head has no say in it. */
  readonly anger: number | undefined;
}

/** A message of a customer with everything that was found out about it. */
export interface Turn {
  readonly message: string;
  readonly reading: Reading;
  readonly understanding: Understanding;
  /** For the message by itself. */
  readonly found: Found;
  /** For the message together with the question before; undefined where it does not point back. */
  readonly inContext: { readonly question: string; readonly found: Found } | undefined;
  readonly recognised: RecognisedValues;
  readonly context: RecognitionContext;
  /** The values that the answer of an entry needs. */
  readonly slotsOf: (entryId: string) => readonly Slot[];
}

/** Something that is said beside the knowledge. */
export type PhraseName = 'greeting' | 'thanks' | 'goodbye' | 'empty' | 'rephrase' | 'neither';

/** What the service does. */
export type Decision =
  | {
      readonly kind: 'answer';
      readonly entryIds: readonly string[];
      readonly confidence: number;
      readonly isRepeat: boolean;
      /** Of slots, by their names. */
      readonly values: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'quote';
      readonly source: QuoteSource;
      readonly passages: readonly FoundPassage[];
      /** That one of the passages answers. */
      readonly confidence: number;
      readonly isRepeat: boolean;
    }
  | { readonly kind: 'ask'; readonly slot: Slot; readonly entryIds: readonly string[]; readonly confidence: number }
  | { readonly kind: 'clarify'; readonly alternatives: readonly Alternative[]; readonly confidence: number }
  | { readonly kind: 'say'; readonly phrase: PhraseName; readonly confidence: number }
  | { readonly kind: 'handoff'; readonly reason: HandoffReason; readonly confidence: number };

export interface Outcome {
  readonly decision: Decision;
  readonly state: ConversationState;
}
