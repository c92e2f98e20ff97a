export type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from './detection/surge-detector';
export type { Mention, MonitorEffect, MonitoredWatch, MonitorOptions, StoryDelta } from './detection/monitor-types';
export { watchMonitorStateSchema, type WatchMonitorState } from './detection/monitor-state';
export { WatchMonitor, type MonitorStep } from './detection/watch-monitor';
export { applyChanges, bucketChanges, type CountedDocument } from './windows/bucket-changes';
export { dueMerges, type GrainMerge } from './windows/retention';
export { countBucketSchema, emptyBucket, mergeBuckets, MINUTE, spanStart, type CountBucket } from './windows/minute-bucket';
export { trendPoints } from './windows/trend-points';
export { expectedBand, type CountedWindow, type ExpectedWindow } from './detection/expected-band';
export { createDetector, DEFAULT_DETECTOR, detectorNames } from './detection/registry';
export { MeasuredSeries, type Measurement, type MeasuredSeriesOptions } from './detection/measured-series';
export { PARAMETERS as SEASONAL_COUNTS_PARAMETERS, type SeasonalCountsParameters } from './detection/seasonal-counts/parameters';
export { SeasonalCounts, type SeasonalCountsState } from './detection/seasonal-counts/seasonal-counts';
export { scoreSeries, SeriesScorer, SURGE_SCORE, type ScoredWindow } from './detection/score-series';
export { scoreInputs, type LoadedHead } from './scoring/score-inputs';
export { assertTopicOfHead, sentimentTasks, toSentiment, type SentimentTasks } from './scoring/sentiment-head';
export type { MatchableDocument, MatchableWatch, SurfaceForm, SurfaceKind, WatchMatch } from './matching/watch-match';
export { aggregateSentiment, type WeightedSentiment } from './scoring/aggregate-sentiment';
export { planScoring, type ScoringInput, type ScoringPlan, type ScoringTarget, type TargetText } from './scoring/scoring-plan';
export {
  contentHash,
  SENTIMENT_EVENT_SOURCE,
  sentimentEventId,
  toSentimentEvent,
  type SentimentEventInput,
} from './scoring/sentiment-event';
export type { Sentence } from './sentences/sentence';
export { splitSentences } from './sentences/split-sentences';
export type { KnownStory, StoryLink, StoryMember, Telling } from './stories/story';
export { assertPublicUrl, isPrivateAddress } from './webhook-address/public-address';
export { SIGNATURE_TOLERANCE_SECONDS, signWebhook, verifyWebhook, type WebhookVerification } from './webhook-address/webhook-signature';
export { nextDue } from './detection/next-due';
export { WatchDetection, type DetectionStep, type WatchDetectionOptions, type WatchKnowledge } from './detection/watch-detection';
export {
  composeSentiments,
  planDocument,
  recomposeSentiments,
  type PlannedDocument,
  type ScoredEarlier,
  type ScoredInput,
  type ScoredInputs,
  type ScoringCircumstances,
  type WatchSentiment,
} from './scoring/document-scoring';
export { toDocumentEvent } from './scoring/document-event';
export { fingerprint } from './stories/fingerprint';
export { MOST_TELLINGS, STORY_MEMORY, StoryIndex, type StoryIndexOptions } from './stories/story-index';
export { runBacktest, type BacktestOptions, type BacktestResult, type Scorer } from './backtest/run-backtest';
export type { BacktestSummary } from './backtest/backtest-summary';
export type { BacktestAlert, WatchTally } from './backtest/watch-replay';
export { WatchMatcher } from './matching/watch-matcher';
export { TopicIndex, type TopicEvidence, type TopicMatch } from './matching/topic-index';
export { assertWatchTarget } from './matching/patterns';
export { negativeBinomial, poisson, seededRandom } from './detection/simulation/noise';
