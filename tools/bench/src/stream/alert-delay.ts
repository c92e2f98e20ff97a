import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { TOPICS, type AlertEvent, type MarketDocument } from '@attune/contracts';
import type { DocumentFeed } from './document-feed';
import { probeDocument, probeName } from './probe-texts';
import { publishDocuments, type StreamGround } from './stream-ground';

export interface AlertDelayOptions {
  /** Documents that run beside, at a steady pace. */
  background: DocumentFeed;
  documentsPerSecond: number;
  /** Watches on which one alert each is provoked, in turns. */
  probes: number;
  /** Stories of which the last one tips: as many as the rules of a watch ask for. */
  stories: readonly string[];
  seconds: number;
  onProgress: (alerts: number) => void;
}

/** Seconds from the publication of the document that tips an alert to the alert's arrival at a subscriber, in order. */
export type AlertDelays = readonly number[];

const TICK = 50;
/** Milliseconds that the other stories come before the one that tips. */
const LEAD = 3_000;
const DAY = 24 * 60 * 60 * 1_000;
/** The detector trusts itself after a day: what it is told of the days before is that nothing happened. */
const HISTORY = 3 * DAY;
const PATIENCE = 60_000;
const GROUP = 'bench.alerts';

/**
 * Measures how soon alerts come while documents flow at a steady pace. About each of the probes just as many negative
 * stories are told as its rules ask for, the last one after the others are long taken in: so it is known which document tips.
 */
export async function measureAlertDelays({ stream }: StreamGround, options: AlertDelayOptions): Promise<AlertDelays> {
  const { background, documentsPerSecond, probes, stories, seconds, onProgress } = options;
  const tippedAt = new Map<string, number>();
  const delays: number[] = [];
  const subscription = await stream.subscribe<AlertEvent>({
    topic: TOPICS.alertsSentiment,
    group: GROUP,
    handle: ({ events }) => {
      const now = Date.now();
      for (const { event } of events) {
        const tipped = tippedAt.get(event.data.watchName);
        if (event.data.change !== 'opened' || tipped === undefined) continue;
        tippedAt.delete(event.data.watchName);
        delays.push((now - tipped) / 1_000);
      }
      return Promise.resolve();
    },
  });
  try {
    const begin = Date.now();
    await publishDocuments(
      stream,
      Array.from({ length: probes }, (_, probe) => probeDocument(probe, 'NAME holds its annual meeting.', 0, begin - HISTORY)),
    );
    const [tipping, ...leading] = stories;
    const before = background.published;
    const sent = { leading: 0, tipping: 0 };
    while (sent.tipping < probes) {
      const elapsed = Date.now() - begin;
      const due = (lead: number): number => Math.min(probes, Math.floor(((elapsed - lead) * probes) / (seconds * 1_000)));
      await background.publishUpTo(before + Math.floor((elapsed / 1_000) * documentsPerSecond));
      const batch: MarketDocument[] = [];
      const publishedAt = Date.now();
      for (; sent.leading < due(0); sent.leading++)
        batch.push(...leading.map((story, index) => probeDocument(sent.leading, story, index + 1, publishedAt)));
      for (; sent.tipping < due(LEAD); sent.tipping++) {
        tippedAt.set(probeName(sent.tipping), publishedAt);
        batch.push(probeDocument(sent.tipping, tipping, stories.length, publishedAt));
      }
      await publishDocuments(stream, batch);
      onProgress(delays.length);
      await sleep(TICK);
    }
    for (const end = Date.now() + PATIENCE; delays.length < probes && Date.now() < end;) await sleep(TICK);
  } finally {
    await subscription.stop();
  }
  if (delays.length < probes) throw new AttuneError('inference-failed', `Of ${probes} alerts only ${delays.length} came.`);
  return delays.sort((one, other) => one - other);
}
