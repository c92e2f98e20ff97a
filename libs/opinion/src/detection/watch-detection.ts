import type { DocumentSentiment, Watch } from '@attune/contracts';
import type { StoryIndex } from '../stories/story-index';
import { bucketChanges } from '../windows/bucket-changes';
import type { CountBucket } from '../windows/minute-bucket';
import type { MonitorEffect } from './monitor-types';
import type { WatchMonitorState } from './monitor-state';
import { WatchMonitor } from './watch-monitor';

/** What detection knows of a watch. */
export interface WatchKnowledge {
  /** Undefined where nothing is known yet. */
  state: WatchMonitorState | undefined;
  stories: StoryIndex;
}

/** What one document changes. */
export interface DetectionStep {
  storyId: string;
  /** Stories that turned out to be this one. */
  merged: readonly string[];
  /** What to add to the counts of minutes; counts of stories may fall. */
  buckets: CountBucket[];
  effects: MonitorEffect[];
}

export interface WatchDetectionOptions {
  /** A window waits so long for documents that come late. */
  latenessMinutes: number;
  /** Take the time of the documents for the present, so that the past is replayed as it was. */
  documentClock: boolean;
}

/** Takes in the sentiment about one watch, document by document: stories, counts, windows, alert. The service and the back-test both run it. */
export class WatchDetection {
  private monitor: WatchMonitor | undefined;
  private modelVersion = '';

  constructor(
    private readonly watch: Pick<Watch, 'id' | 'name' | 'rules'>,
    private readonly options: WatchDetectionOptions,
  ) {}

  /**
   * Takes in a document; `knowledge` is changed.
   *
   * @param takenInUntil see `Mention`; of no account where the documents' time is taken for the present
   */
  take(knowledge: WatchKnowledge, sentiment: DocumentSentiment, takenInUntil?: number): DetectionStep {
    const { documentId, label, score, fingerprint, source, title, url } = sentiment;
    const publishedAt = Date.parse(sentiment.publishedAt);
    const { storyId, deltas, merged, known } = knowledge.stories.link({ documentId, publishedAt, label, fingerprint });
    if (known) return { storyId, merged, buckets: [], effects: [] };
    const monitor = this.monitorOf(sentiment.modelVersion);
    const { state, effects } = monitor.observe(knowledge.state ?? monitor.initial(), {
      documentId,
      source,
      ...(title === undefined ? {} : { title }),
      ...(url === undefined ? {} : { url }),
      publishedAt,
      receivedAt: this.options.documentClock ? publishedAt : Date.parse(sentiment.receivedAt),
      takenInUntil: this.options.documentClock ? undefined : takenInUntil,
      label,
      score,
      storyId,
      deltas,
    });
    knowledge.state = state;
    const buckets = bucketChanges([{ publishedAt, label, score, deltas }]);
    return { storyId, merged, buckets, effects };
  }

  /**
   * A state that was stored.
   *
   * @throws AttuneError `bad-data` where it is no such state
   */
  restore(stored: unknown): WatchMonitorState {
    return this.monitorOf(this.modelVersion).restore(stored);
  }

  /** Lets time pass up to `watermark`, milliseconds since 1970; `knowledge` is changed. */
  advance(knowledge: WatchKnowledge, watermark: number): MonitorEffect[] {
    if (knowledge.state === undefined) return [];
    const { state, effects } = this.monitorOf(this.modelVersion).advance(knowledge.state, watermark);
    knowledge.state = state;
    return effects;
  }

  private monitorOf(modelVersion: string): WatchMonitor {
    if (this.monitor === undefined || this.modelVersion !== modelVersion) {
      const { id, name, rules } = this.watch;
      this.modelVersion = modelVersion;
      this.monitor = new WatchMonitor({ id, name, rules, modelVersion }, { latenessMinutes: this.options.latenessMinutes });
    }
    return this.monitor;
  }
}
