import type { DocumentSentimentEvent, MarketDocument, Sentiment } from '@attune/contracts';
import type { WatchMatcher } from '../matching/watch-matcher';
import { fingerprint } from '../stories/fingerprint';
import { aggregateSentiment } from './aggregate-sentiment';
import { planScoring, type ScoringInput, type ScoringPlan } from './scoring-plan';
import { contentHash, toSentimentEvent } from './sentiment-event';

/** What the head says of an input. */
export interface ScoredInput {
  readonly sentiment: Sentiment;
  /** Topics from their thresholds on. */
  readonly topics: readonly string[];
}

/** A document on its way to be scored. */
export interface PlannedDocument {
  readonly document: MarketDocument;
  readonly contentHash: string;
  readonly plan: ScoringPlan;
}

/** A document's sentiment about one watch, with what it was made from. */
export interface WatchSentiment {
  readonly event: DocumentSentimentEvent;
  readonly inputs: readonly ScoringInput[];
}

/** Finds out what to ask the head about a document. */
export function planDocument(document: MarketDocument, matcher: WatchMatcher, hash = contentHash(document)): PlannedDocument {
  return { document, contentHash: hash, plan: planScoring(document, matcher.match(document)) };
}

/** When and by what a document was scored. */
export interface ScoringCircumstances {
  /** Milliseconds since 1970 at which the document came in. */
  readonly receivedAt: number;
  readonly modelVersion: string;
  readonly traceparent?: string | undefined;
}

/**
 * What is said of a document's watches, from the head's answers to the inputs of its plan.
 *
 * @param scored in the order of `plan.inputs`
 */
export function composeSentiments(
  { document, contentHash: hash, plan }: PlannedDocument,
  scored: readonly ScoredInput[],
  circumstances: ScoringCircumstances,
): { topics: string[]; sentiments: WatchSentiment[] } {
  const topics = [...new Set(scored.flatMap((result) => result.topics))].sort();
  const print = plan.targets.length === 0 ? '' : fingerprint(`${document.title ?? ''}\n${document.text}`);
  const sentiments = plan.targets.map(({ watchId, texts }) => {
    const parts = texts.map(({ input, weight }) => ({ probabilities: scored[input].sentiment.probabilities, weight }));
    const event = toSentimentEvent({
      ...circumstances,
      receivedAt: new Date(circumstances.receivedAt).toISOString(),
      document,
      contentHash: hash,
      watchId,
      sentiment: aggregateSentiment(parts),
      sentences: texts.length,
      topics,
      fingerprint: print,
    });
    return { event, inputs: texts.map(({ input }) => plan.inputs[input]) };
  });
  return { topics, sentiments };
}
