import { SENTIMENT_LABELS, TOPICS, type AlertEvent, type DocumentSentimentEvent, type TrendEvent, type Watch } from '@attune/contracts';
import { cloudEventMessage, inTurns, RetriableError } from '@attune/event-stream';
import { MINUTE, nextDue, WatchDetection, type CountBucket, type MonitorEffect, type WatchDetectionOptions } from '@attune/opinion';
import { enqueue, recordProcessed, type Database, type OutboxMessage, type Transaction } from '@attune/storage';
import { type AlertRepository } from '../alerts/alert-repository';
import { type BucketRepository, type BucketDelta } from '../trends/bucket-repository';
import { type WatchDirectory } from '../watches/watch-directory';
import { type WebhookRepository } from '../webhooks/webhook-repository';
import { Turns } from './turns';
import { type MentionRepository, type MovedStory, type StoredMention } from './mention-repository';
import { type WatchMemories, type WatchMemory } from './watch-memory';
import { type WatchStateRepository } from './watch-state-repository';

const CONSUMER = 'detection';

/** What a batch changes, gathered while its events are taken in, and written together. */
interface Changes {
  mentions: StoredMention[];
  moved: MovedStory[];
  buckets: Map<string, BucketDelta>;
  effects: { watch: Watch; effect: MonitorEffect }[];
}

export interface DetectionOptions extends WatchDetectionOptions {
  now?: () => number;
  /** Milliseconds since 1970 before which everything that came in has been taken in. */
  takenInUntil?: () => number;
}

/** What a transaction takes in, and how far it lets time pass. */
interface Work {
  watchIds: readonly string[];
  partition: number | null;
  select: (tx: Transaction) => Promise<DocumentSentimentEvent[]>;
  watermark?: number;
}

/**
 * The second stage: turns sentiment into windows and alerts. It is the one writer of each watch; every effect of an
 * event is committed together with the event's id, so that an event that comes again has none.
 */
export class DetectionService {
  private readonly now: () => number;
  /** The clock and the events of a partition do not write the same watches at once. */
  private readonly turns = new Turns<number | null>();
  private hasNews = false;

  constructor(
    private readonly database: Database,
    private readonly directory: WatchDirectory,
    private readonly memories: WatchMemories,
    private readonly repositories: {
      states: WatchStateRepository;
      mentions: MentionRepository;
      buckets: BucketRepository;
      alerts: AlertRepository;
      webhooks: WebhookRepository;
    },
    private readonly options: DetectionOptions,
  ) {
    this.now = options.now ?? Date.now;
  }

  /**
   * Takes in events, in their order. Events that were taken in before, and those of watches that are gone, have no effect.
   *
   * @param partition of `market.sentiment`, from which they come
   */
  async process(events: readonly DocumentSentimentEvent[], partition: number): Promise<void> {
    if (events.some(({ data }) => this.directory.get(data.watchId) === undefined)) await this.directory.refresh();
    this.hasNews = true;
    const select = async (tx: Transaction): Promise<DocumentSentimentEvent[]> => {
      const fresh = await recordProcessed(
        tx,
        CONSUMER,
        events.map(({ id }) => id),
      );
      const taken = new Set<string>();
      return events.filter(({ id }) => fresh.has(id) && !taken.has(id) && taken.add(id));
    };
    const watchIds = events.map(({ data }) => data.watchId);
    await this.turns.take(partition, () => this.commit({ watchIds, partition, select }));
  }

  /**
   * Lets time pass for watches about which nothing comes in: closes their windows, resolves their alerts.
   *
   * @param until milliseconds since 1970 before which everything that came in has been taken in
   */
  async advance(watchIds: readonly string[], partition: number | null, until: number): Promise<void> {
    if (watchIds.some((id) => this.directory.get(id) === undefined)) await this.forgetDeleted(watchIds);
    const watermark = until - this.options.latenessMinutes * MINUTE;
    await this.turns.take(partition, () => this.commit({ watchIds, partition, select: () => Promise.resolve([]), watermark }));
  }

  /** Whether events came in since this was asked last. */
  takeNews(): boolean {
    const hadNews = this.hasNews;
    this.hasNews = false;
    return hadNews;
  }

  /** A watch's last events may have come in while it was deleted: nothing is due for it any more. */
  private async forgetDeleted(watchIds: readonly string[]): Promise<void> {
    await this.directory.refresh();
    const deleted = watchIds.filter((id) => this.directory.get(id) === undefined);
    await this.database.transaction(async (tx) => {
      for (const id of deleted) await this.repositories.states.forget(tx, id);
    });
  }

  private async commit({ watchIds, partition, select, watermark }: Work): Promise<void> {
    let overtaken: string[] = [];
    try {
      const stored = await this.database.transaction(async (tx) => {
        const events = await select(tx);
        const ids = watermark === undefined ? events.map(({ data }) => data.watchId) : watchIds;
        const watches = [...new Set(ids)].flatMap((id) => this.directory.get(id) ?? []);
        if (watches.length === 0) return new Map<string, WatchMemory>();
        const detections = new Map(watches.map((watch) => [watch.id, { watch, detection: new WatchDetection(watch, this.options) }]));
        const memories = await this.memories.take(tx, new Map([...detections].map(([id, { detection }]) => [id, detection])));
        for (const memory of memories.values()) memory.partition = partition ?? memory.partition;
        const changes = await takeIn(detections, memories, { events, watermark, takenInUntil: this.options.takenInUntil?.() });
        overtaken = await this.write(tx, memories, changes);
        if (overtaken.length > 0) throw new RetriableError(`Another instance has changed ${overtaken.length} of the watches meanwhile.`);
        return memories;
      });
      this.memories.put(stored.values());
    } catch (error) {
      this.memories.drop(watchIds);
      throw error;
    }
  }

  /** @returns watches that another instance has changed meanwhile */
  private async write(tx: Transaction, memories: ReadonlyMap<string, WatchMemory>, changes: Changes): Promise<string[]> {
    const { states, mentions, buckets, alerts, webhooks } = this.repositories;
    const overtaken = await states.save(
      tx,
      [...memories.values()].flatMap(({ watchId, version, partition, state }) =>
        state === undefined ? [] : [{ watchId, version, partition, state, dueAt: this.dueAt(state) }],
      ),
    );
    if (overtaken.length > 0) return overtaken;
    await mentions.insert(tx, changes.mentions);
    await mentions.move(tx, changes.moved);
    await buckets.add(tx, [...changes.buckets.values()]);
    const alertEvents: { watch: Watch; event: AlertEvent }[] = [];
    const trends: OutboxMessage[] = [];
    await inTurns(changes.effects, ({ watch, effect }) => {
      if (effect.kind === 'alert') alertEvents.push({ watch, event: alertEvent(effect.alert) });
      else trends.push({ topic: TOPICS.marketTrends.name, ...cloudEventMessage(TOPICS.marketTrends, watch.id, trendEvent(effect.trend)) });
    });
    const audible = alertEvents.filter(({ watch }) => !this.isMuted(watch)).map(({ event }) => event);
    await alerts.record(
      tx,
      alertEvents.map(({ event }) => event),
      audible,
    );
    await webhooks.enqueue(tx, audible);
    await enqueue(tx, [
      ...trends,
      ...audible.map((event) => ({
        topic: TOPICS.alertsSentiment.name,
        ...cloudEventMessage(TOPICS.alertsSentiment, event.data.watchId, event),
      })),
    ]);
    return [];
  }

  private dueAt(state: NonNullable<WatchMemory['state']>): Date | undefined {
    const watermark = this.options.documentClock ? undefined : nextDue(state);
    return watermark === undefined ? undefined : new Date(watermark + this.options.latenessMinutes * MINUTE);
  }

  private isMuted({ mutedUntil }: Watch): boolean {
    return mutedUntil !== undefined && Date.parse(mutedUntil) > this.now();
  }
}

/** Takes events in, in their order, and then lets time pass where a watermark is given. */
async function takeIn(
  detections: ReadonlyMap<string, { watch: Watch; detection: WatchDetection }>,
  memories: ReadonlyMap<string, WatchMemory>,
  {
    events,
    watermark,
    takenInUntil,
  }: { events: readonly DocumentSentimentEvent[]; watermark: number | undefined; takenInUntil: number | undefined },
): Promise<Changes> {
  const changes: Changes = { mentions: [], moved: [], buckets: new Map(), effects: [] };
  await inTurns(events, ({ data }) => {
    const found = detections.get(data.watchId);
    const memory = memories.get(data.watchId);
    if (found === undefined || memory === undefined) return;
    const { storyId, merged, buckets, effects } = found.detection.take(memory, data, takenInUntil);
    changes.mentions.push({ sentiment: data, storyId });
    changes.moved.push(...merged.map((from) => ({ watchId: data.watchId, from, to: storyId })));
    for (const bucket of buckets) addTo(changes.buckets, data.watchId, bucket);
    changes.effects.push(...effects.map((effect) => ({ watch: found.watch, effect })));
  });
  if (watermark === undefined) return changes;
  await inTurns(detections.values(), ({ watch, detection }) => {
    const memory = memories.get(watch.id);
    if (memory !== undefined) changes.effects.push(...detection.advance(memory, watermark).map((effect) => ({ watch, effect })));
  });
  return changes;
}

/** Sums what documents add to the same minute. */
function addTo(sums: Map<string, BucketDelta>, watchId: string, { start, documents, stories, scoreSum }: CountBucket): void {
  const key = `${start} ${watchId}`;
  const sum = sums.get(key);
  if (sum === undefined) {
    sums.set(key, { watchId, start, documents, stories, scoreSum });
    return;
  }
  for (const label of SENTIMENT_LABELS) {
    sum.documents[label] += documents[label];
    sum.stories[label] += stories[label];
  }
  sum.scoreSum += scoreSum;
}

function alertEvent(alert: AlertEvent['data']): AlertEvent {
  return {
    specversion: '1.0',
    id: `${alert.id}.${alert.change}.${alert.severity}`,
    source: '/sentiment-monitor',
    type: 'attune.alert.sentiment',
    subject: alert.watchId,
    time: alert.window.end,
    datacontenttype: 'application/json',
    data: alert,
  };
}

function trendEvent(trend: TrendEvent['data']): TrendEvent {
  return {
    specversion: '1.0',
    id: `${trend.watchId}.${Date.parse(trend.end)}`,
    source: '/sentiment-monitor',
    type: 'attune.market.trend',
    subject: trend.watchId,
    time: trend.end,
    datacontenttype: 'application/json',
    data: trend,
  };
}
