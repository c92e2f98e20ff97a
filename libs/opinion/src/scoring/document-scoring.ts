import type { DocumentSentimentEvent, MarketDocument, Sentiment } from '@attune/contracts';
import type { TopicIndex } from '../matching/topic-index';
import type { WatchMatcher } from '../matching/watch-matcher';
import { fingerprint } from '../stories/fingerprint';
import { aggregateSentiment } from './aggregate-sentiment';
import { planScoring, type ScoringInput, type ScoringPlan, type ScoringTarget } from './scoring-plan';
import { contentHash, toSentimentEvent } from './sentiment-event';

/** What the head says of an input. */
export interface ScoredInput {
  readonly sentiment: Sentiment;
  /** Topics from their thresholds on. */
  readonly topics: readonly string[];
  /** Probability of each topic that the head knows. */
  readonly topicProbabilities: Readonly<Record<string, number>>;
  /** Of length 1, where it was asked for and the head gives one. */
  readonly embedding?: Float32Array | undefined;
}

/** What a head says of the inputs of some plans, in their order. */
export interface ScoredInputs {
  readonly results: readonly ScoredInput[];
  /** Embedding of each description that was asked for, by the same version of the head; empty where it gives none. */
  readonly descriptions: ReadonlyMap<string, Float32Array>;
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
  return { document, contentHash: hash, plan: planScoring(document, matcher.match(document), !matcher.topics.isEmpty) };
}

/** When and by what a document was scored. */
export interface ScoringCircumstances {
  /** Milliseconds since 1970 at which the document came in. */
  readonly receivedAt: number;
  readonly modelVersion: string;
  readonly traceparent?: string | undefined;
}

/**
 * What is said of a document's watches, from the head's answers to the inputs of its plan. Topics that the head finds in the whole text
 * are among them.
 *
 * @param scored `results` in the order of `plan.inputs`
 */
export function composeSentiments(
  { document, contentHash: hash, plan }: PlannedDocument,
  scored: ScoredInputs,
  topicIndex: TopicIndex,
  circumstances: ScoringCircumstances,
): { topics: string[]; sentiments: WatchSentiment[] } {
  const { results } = scored;
  const topics = [...new Set(results.flatMap((result) => result.topics))].sort();
  const targets = [...plan.targets, ...topicTargets(plan, scored, topicIndex)];
  const print = targets.length === 0 ? '' : fingerprintOf(document);
  const sentiments = targets.map(({ watchId, texts }) => {
    const parts = texts.map(({ input, weight }) => ({ probabilities: results[input].sentiment.probabilities, weight }));
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

/** Topic watches that the head finds and keywords have not found already. */
function topicTargets(
  { inputs, targets, whole }: ScoringPlan,
  { results, descriptions }: ScoredInputs,
  index: TopicIndex,
): ScoringTarget[] {
  if (whole === undefined) return [];
  const { topicProbabilities, embedding } = results[whole];
  const known = new Set(targets.map(({ watchId }) => watchId));
  return index
    .match({ topics: topicProbabilities, embedding }, descriptions)
    .filter(({ watchId }) => !known.has(watchId))
    .map(({ watchId }) => ({ watchId, texts: [{ ...inputs[whole], input: whole, weight: 1 }], inputs: [whole] }));
}

/** A document that was scored, as it was stored. */
export interface ScoredEarlier {
  readonly document: MarketDocument;
  readonly contentHash: string;
  readonly topics: readonly string[];
  /** `sentences`: texts that the sentiment was aggregated from. */
  readonly sentiments: readonly (Sentiment & { readonly watchId: string; readonly sentences: number })[];
}

/** The events of a document that was scored before, byte for byte as `composeSentiments` made them: the head is not asked again. */
export function recomposeSentiments(
  { document, contentHash: hash, topics, sentiments }: ScoredEarlier,
  circumstances: ScoringCircumstances,
): DocumentSentimentEvent[] {
  if (sentiments.length === 0) return [];
  const print = fingerprintOf(document);
  return sentiments.map(({ watchId, sentences, label, probabilities, score }) =>
    toSentimentEvent({
      ...circumstances,
      receivedAt: new Date(circumstances.receivedAt).toISOString(),
      document,
      contentHash: hash,
      watchId,
      sentiment: { label, probabilities, score },
      sentences,
      topics,
      fingerprint: print,
    }),
  );
}

function fingerprintOf({ title, text }: MarketDocument): string {
  return fingerprint(`${title ?? ''}\n${text}`);
}
