export type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from './detection/surge-detector';
export type { Mention, MonitorEffect, MonitoredWatch, StoryDelta } from './detection/monitor-types';
export { WatchMonitor, watchMonitorStateSchema, type MonitorStep, type WatchMonitorState } from './detection/watch-monitor';
export { countBucketSchema, emptyBucket, emptyCounts, MINUTE, type CountBucket } from './windows/minute-bucket';
