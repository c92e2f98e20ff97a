import { SENTIMENT_LABELS, type Alert, type ClassCounts, type DocumentSentiment, type Watch } from '@attune/contracts';
import type { MonitorEffect } from '../detection/monitor-types';
import { nextDue } from '../detection/next-due';
import { WatchDetection, type WatchKnowledge } from '../detection/watch-detection';
import { StoryIndex } from '../stories/story-index';
import { MINUTE } from '../windows/minute-bucket';

/** An alert's change, and when a service that followed the stream would have told it. */
export interface BacktestAlert {
  /** Event time: the publication of the document that tipped it, or the end of the window that resolved it. */
  readonly at: string;
  /** Minutes from the start of the window to `at`; of alerts that opened. */
  readonly delayMinutes?: number;
  readonly alert: Alert;
}

/** What came in about a watch, and what came of it. */
export interface WatchTally {
  readonly watchId: string;
  readonly watchName: string;
  documents: number;
  /** Each story once. */
  stories: number;
  negativeStories: number;
  alerts: number;
}

/** Detection of one watch, as the service runs it, with a tally. */
export class WatchReplay {
  readonly tally: WatchTally;
  private readonly detection: WatchDetection;
  private readonly knowledge: WatchKnowledge = { state: undefined, stories: new StoryIndex() };

  constructor(
    watch: Watch,
    private readonly latenessMinutes: number,
  ) {
    this.detection = new WatchDetection(watch, { latenessMinutes, documentClock: true });
    this.tally = { watchId: watch.id, watchName: watch.name, documents: 0, stories: 0, negativeStories: 0, alerts: 0 };
  }

  /** Takes in what was said of the watch. */
  take(sentiment: DocumentSentiment): BacktestAlert[] {
    const { buckets, effects } = this.detection.take(this.knowledge, sentiment);
    for (const { documents, stories } of buckets) {
      this.tally.documents += sumOf(documents);
      this.tally.stories += sumOf(stories);
      this.tally.negativeStories += stories.negative;
    }
    return this.alertsOf(effects, Date.parse(sentiment.publishedAt));
  }

  /** Lets time pass up to `now`, milliseconds since 1970, as the service's clock does for watches about which nothing comes in. */
  passTime(now: number): BacktestAlert[] {
    const watermark = now - this.latenessMinutes * MINUTE;
    const due = this.knowledge.state === undefined ? undefined : nextDue(this.knowledge.state);
    if (due === undefined || due > watermark) return [];
    return this.alertsOf(this.detection.advance(this.knowledge, watermark), now);
  }

  private alertsOf(effects: readonly MonitorEffect[], now: number): BacktestAlert[] {
    return effects.flatMap((effect): BacktestAlert[] => {
      if (effect.kind !== 'alert') return [];
      const { alert } = effect;
      if (alert.change === 'resolved') return [{ at: alert.window.end, alert }];
      const at = new Date(now).toISOString();
      if (alert.change === 'escalated') return [{ at, alert }];
      this.tally.alerts += 1;
      return [{ at, delayMinutes: (now - Date.parse(alert.window.start)) / MINUTE, alert }];
    });
  }
}

function sumOf(counts: ClassCounts): number {
  return SENTIMENT_LABELS.reduce((sum, label) => sum + counts[label], 0);
}
