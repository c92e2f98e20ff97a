export type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from './detection/surge-detector';
export type { Mention, MonitorEffect, MonitoredWatch, StoryDelta } from './detection/monitor-types';
export { WatchMonitor, watchMonitorStateSchema, type MonitorStep, type WatchMonitorState } from './detection/watch-monitor';
export { countBucketSchema, emptyBucket, emptyCounts, MINUTE, type CountBucket } from './windows/minute-bucket';
export { createDetector, DEFAULT_DETECTOR, detectorNames } from './detection/registry';
export { scoreSeries, SURGE_SCORE, type ScoredWindow } from './detection/score-series';
export { sentimentTasks, toSentiment, type SentimentTasks } from './scoring/sentiment-head';
