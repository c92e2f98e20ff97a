import type { DocumentSentiment, MarketDocument, Watch } from '@attune/contracts';
import { WatchMatcher } from '../matching/watch-matcher';
import { composeSentiments, planDocument, type ScoredInputs } from '../scoring/document-scoring';
import type { ScoringInput } from '../scoring/scoring-plan';
import { contentHash } from '../scoring/sentiment-event';
import { summarise, type BacktestSummary, type ReplayCounts } from './backtest-summary';
import { WatchReplay, type BacktestAlert, type WatchTally } from './watch-replay';

/** A sentiment head. */
export interface Scorer {
  readonly version: string;
  /** What the head says of each text, about its pair where it has one, in their order; with embeddings where there are descriptions to compare with. */
  score(texts: readonly ScoringInput[], descriptions: readonly string[], signal: AbortSignal): Promise<ScoredInputs>;
}

export interface BacktestOptions {
  readonly watches: readonly Watch[];
  /** In the order of their publication. */
  readonly documents: AsyncIterable<MarketDocument>;
  readonly scorer: Scorer;
  /** For so long documents that come late are waited for. */
  readonly latenessMinutes: number;
  readonly signal: AbortSignal;
  /** Told of each change of an alert, nearly in the order of event time. */
  onAlert(alert: BacktestAlert): void;
  /** Told how many documents were taken in. */
  onProgress(documents: number): void;
}

export interface BacktestResult {
  /** In the order of event time. */
  readonly alerts: BacktestAlert[];
  /** In the order of the watches. */
  readonly watches: WatchTally[];
  readonly summary: BacktestSummary;
}

/** Documents scored at once, as the service does by default. */
const CHUNK_DOCUMENTS = 500;

/** A chunk's sentiments in the order of their documents, and the time it reaches to. */
interface ScoredChunk {
  documents: number;
  pairs: number;
  until: number;
  sentiments: DocumentSentiment[];
}

/**
 * Replays documents through what the service does with them: matching, scoring, stories, windows, detection. Time is that of the
 * documents, so that the past is judged as it would have been when it was the present.
 */
export async function runBacktest(options: BacktestOptions): Promise<BacktestResult> {
  const { watches, signal, onAlert, onProgress } = options;
  const started = performance.now();
  const replays = new Map(watches.map((watch) => [watch.id, new WatchReplay(watch, options.latenessMinutes)]));
  const counts: ReplayCounts = { documents: 0, duplicates: 0, contradictions: 0, matched: 0, pairs: 0, from: Infinity, to: -Infinity };
  const matcher = WatchMatcher.build(watches.filter(({ enabled }) => enabled));
  const alerts: BacktestAlert[] = [];
  const score = (documents: readonly MarketDocument[]): Promise<ScoredChunk> => scoreChunk(documents, matcher, options);
  for await (const chunk of scoredAhead(chunksOf(firstsOf(options.documents, counts)), score)) {
    signal.throwIfAborted();
    counts.matched += chunk.documents;
    counts.pairs += chunk.pairs;
    const found = chunk.sentiments.flatMap((sentiment) => replays.get(sentiment.watchId)?.take(sentiment) ?? []);
    for (const replay of replays.values()) found.push(...replay.passTime(chunk.until));
    for (const alert of found.sort(byTime)) onAlert(alert);
    alerts.push(...found);
    onProgress(counts.documents);
  }
  const seconds = (performance.now() - started) / 1000;
  const tallies = [...replays.values()].map(({ tally }) => tally);
  alerts.sort(byTime);
  return { alerts, watches: tallies, summary: summarise({ counts, alerts, seconds, modelVersion: options.scorer.version }) };
}

/** The documents that the service would score: each id once. */
async function* firstsOf(documents: AsyncIterable<MarketDocument>, counts: ReplayCounts): AsyncGenerator<MarketDocument> {
  const known = new Map<string, string>();
  for await (const document of documents) {
    const at = Date.parse(document.publishedAt);
    counts.documents += 1;
    counts.from = Math.min(counts.from, at);
    counts.to = Math.max(counts.to, at);
    const hash = contentHash(document);
    const before = known.get(document.id);
    if (before === undefined) {
      known.set(document.id, hash);
      yield document;
    } else if (before === hash) counts.duplicates += 1;
    else counts.contradictions += 1;
  }
}

async function* chunksOf(documents: AsyncIterable<MarketDocument>): AsyncGenerator<MarketDocument[]> {
  let chunk: MarketDocument[] = [];
  for await (const document of documents) {
    if (chunk.push(document) < CHUNK_DOCUMENTS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Scores each chunk while the alerts of the one before it are found. */
async function* scoredAhead<Chunk, Scored>(chunks: AsyncIterable<Chunk>, score: (chunk: Chunk) => Promise<Scored>): AsyncGenerator<Scored> {
  let before: Promise<Scored> | undefined;
  for await (const chunk of chunks) {
    const scored = score(chunk);
    // A failure is met when the chunk's turn comes; until then it must not count as unhandled.
    scored.catch(() => undefined);
    if (before !== undefined) yield await before;
    before = scored;
  }
  if (before !== undefined) yield await before;
}

async function scoreChunk(
  documents: readonly MarketDocument[],
  matcher: WatchMatcher,
  { scorer, signal }: BacktestOptions,
): Promise<ScoredChunk> {
  const inputs: ScoringInput[] = [];
  const planned = documents.map((document) => {
    const plan = planDocument(document, matcher);
    const start = inputs.length;
    inputs.push(...plan.plan.inputs);
    return { document, plan, start };
  });
  const { results, descriptions } = await scorer.score(inputs, matcher.topics.descriptions, signal);
  const sentiments = planned.map(({ document, plan, start }) => {
    const scored = { results: results.slice(start, start + plan.plan.inputs.length), descriptions };
    const circumstances = { receivedAt: Date.parse(document.publishedAt), modelVersion: scorer.version };
    return composeSentiments(plan, scored, matcher.topics, circumstances).sentiments.map(({ event }) => event.data);
  });
  return {
    documents: sentiments.filter(({ length }) => length > 0).length,
    pairs: sentiments.reduce((sum, { length }) => sum + length, 0),
    until: Math.max(...documents.map(({ publishedAt }) => Date.parse(publishedAt))),
    sentiments: sentiments.flat(),
  };
}

function byTime(one: BacktestAlert, other: BacktestAlert): number {
  return Date.parse(one.at) - Date.parse(other.at);
}
