import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { TOPICS, type AlertEvent, type MarketDocument } from '@attune/contracts';
import { probeDocument, probeName } from './probe-texts';
import { publishDocuments, type StreamGround } from './stream-ground';

export interface AlertDelayOptions {
  /** Documents that run beside, at a steady pace; their time of publication is set to that of their sending. */
  background: readonly MarketDocument[];
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
  const { probes, stories, seconds, onProgress } = options;
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
    const sent = { background: 0, leading: 0, tipping: 0 };
    while (sent.tipping < probes) {
      const elapsed = Date.now() - begin;
      const due = (lead: number): number => Math.min(probes, Math.floor(((elapsed - lead) * probes) / (seconds * 1_000)));
      const batch: MarketDocument[] = [];
      const publishedAt = Date.now();
      for (; sent.background < (elapsed / 1_000) * options.documentsPerSecond; sent.background++)
        batch.push(renewed(options.background, sent.background, publishedAt));
      for (; sent.leading < due(0); sent.leading++)
        batch.push(...leading.map((story, index) => probeDocument(sent.leading, story, index + 1, publishedAt)));
      for (; sent.tipping < due(LEAD); sent.tipping++) {
        const document = probeDocument(sent.tipping, tipping, stories.length, publishedAt);
        tippedAt.set(probeName(sent.tipping), publishedAt);
        batch.push(document);
      }
      if (batch.length > 0) await publishDocuments(stream, batch);
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

/** A document of the background as if it were published now; where they run out, they come again under other ids. */
function renewed(documents: readonly MarketDocument[], number: number, publishedAt: number): MarketDocument {
  const document = documents[number % documents.length];
  return { ...document, id: `${document.id}@${Math.floor(number / documents.length)}`, publishedAt: new Date(publishedAt).toISOString() };
}
