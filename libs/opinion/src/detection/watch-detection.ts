import type { DocumentSentiment, Watch } from '@attune/contracts';
import type { StoryIndex } from '../stories/story-index';
import { emptyBucket, MINUTE, type CountBucket } from '../windows/minute-bucket';
import type { MonitorEffect } from './monitor-types';
import { WatchMonitor, type WatchMonitorState } from './watch-monitor';

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
  replaces: readonly string[];
  /** What to add to the counts of minutes; counts of stories may fall. */
  buckets: CountBucket[];
  effects: MonitorEffect[];
}

export interface WatchDetectionOptions {
  /** Milliseconds that a window waits for documents that come late. */
  lateness: number;
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

  /** Takes in a document; `knowledge` is changed. */
  take(knowledge: WatchKnowledge, sentiment: DocumentSentiment): DetectionStep {
    const { documentId, label, score, fingerprint, source, title, url } = sentiment;
    const publishedAt = Date.parse(sentiment.publishedAt);
    const { storyId, deltas, replaces, known } = knowledge.stories.link({ documentId, publishedAt, label, fingerprint });
    if (known) return { storyId, replaces, buckets: [], effects: [] };
    const monitor = this.monitorOf(sentiment.modelVersion);
    const { state, effects } = monitor.observe(knowledge.state ?? monitor.initial(), {
      documentId,
      source,
      ...(title === undefined ? {} : { title }),
      ...(url === undefined ? {} : { url }),
      publishedAt,
      receivedAt: this.options.documentClock ? publishedAt : Date.parse(sentiment.receivedAt),
      label,
      score,
      storyId,
      deltas,
    });
    knowledge.state = state;
    const buckets = [countDocument(publishedAt, label, score), ...deltas.map(({ at, label: of, delta }) => countStory(at, of, delta))];
    return { storyId, replaces, buckets, effects };
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
      this.monitor = new WatchMonitor({ id, name, rules, modelVersion });
    }
    return this.monitor;
  }
}

function countDocument(at: number, label: DocumentSentiment['label'], score: number): CountBucket {
  const bucket = emptyBucket(Math.floor(at / MINUTE) * MINUTE);
  bucket.documents[label] = 1;
  bucket.scoreSum = score;
  return bucket;
}

function countStory(at: number, label: DocumentSentiment['label'], delta: number): CountBucket {
  const bucket = emptyBucket(Math.floor(at / MINUTE) * MINUTE);
  bucket.stories[label] = delta;
  return bucket;
}
