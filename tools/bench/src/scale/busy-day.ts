import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { questionsOf } from '../dialogue/benchmark-dialogue';
import { holdConversations, type ConversationLoad } from '../dialogue/conversation-load';
import { postUnderLoad, type Turn } from '../serving/load';
import { dayShape, instancesOfHours, unitsOfHours } from './day-shape';
import type { Feeds } from './feeds';
import type { Ledger } from './ledger';
import { listRequests } from './list-requests';
import type { Replicas } from './replicas';
import { SERVICES, type ScaleGround, type ServiceName } from './scale-ground';
import { untilAllDone } from './waiting';

export interface BusyDayOptions {
  /** Hours of the day, and the seconds that each of them lasts here: rates are those of the day, its hours are short. */
  readonly hours: number;
  readonly hourSeconds: number;
  /** Busiest hour over the mean. */
  readonly peakFactor: number;
  /** Documents of a whole day of 24 hours, as long as days are. */
  readonly documentsADay: number;
  /** A second, in the busiest hour. */
  readonly messages: number;
  readonly lists: number;
  readonly events: number;
  /** Instances of each service in the busiest hour. */
  readonly most: number;
  /** Watches about which just so many bad stories are told as open an alert, one after the other through the day. */
  readonly probes: number;
  readonly stories: readonly string[];
  /** Let an hour last until its instances have joined, however slowly they start. */
  readonly untilJoined?: boolean;
  readonly onRun: (what: string) => void;
}

/** What an hour came to. */
export interface HourReport {
  /** When it began and ended here, in milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly instances: Readonly<Record<ServiceName, number>>;
  readonly documents: number;
  readonly events: number;
  readonly conversations: ConversationLoad | undefined;
  readonly lists: Turn | undefined;
  /** Milliseconds from the publication of a document to its sentiment: 99 of 100 took no longer. */
  readonly documentP99: number | undefined;
}

const SECONDS_OF_A_DAY = 86_400;
const DAY = 1_000 * SECONDS_OF_A_DAY;
/** The detector trusts itself after a day: what it is told of the days before is that nothing happened. */
const HISTORY = 3 * DAY;
const TICK = 100;
/** Seconds beyond its hour that an instance serves on after it was asked to end. */
const DRAIN = 2;
const REPEAT_EVERY = 10;
/** Requests in flight. */
const CONNECTIONS = 6;

type Services = Readonly<Record<ServiceName, Replicas>>;

/**
 * Lets all three services live through a day at the same time: traffic rises to its peak and falls, and instances join and leave with it,
 * while work is under way.
 */
export async function liveThroughDay(ground: ScaleGround, feeds: Feeds, ledger: Ledger, options: BusyDayOptions): Promise<HourReport[]> {
  const { hours, hourSeconds, peakFactor, most, probes, onRun } = options;
  const weights = dayShape(peakFactor, hours);
  const environment = { ATTUNE_DRAIN_SECONDS: String(hourSeconds + DRAIN) };
  const services: Services = {
    'sentiment-monitor': ground.replicasOf('sentiment-monitor', environment),
    'customer-service': ground.replicasOf('customer-service', environment),
    recommender: ground.replicasOf('recommender', environment),
  };
  const all = Object.values(services);
  let scaling = Promise.resolve();
  try {
    for (const service of SERVICES) {
      onRun(`${service}: starting`);
      await services[service].scaleTo(1);
      await ground.prepare(service, services[service].urls[0]);
    }
    for (let probe = 0; probe < probes; probe++) await feeds.publishProbe(probe, ['NAME holds its annual meeting.'], Date.now() - HISTORY);
    ledger.alerts += probes;
    await untilAllDone(ground, feeds);
    const wanted = instancesOfHours(weights, most);
    const loads = hourlyLoads(weights, options);
    const reports: Omit<HourReport, 'documentP99'>[] = [];
    for (let hour = 0; hour < hours; hour++) {
      // As known before: who is asked to leave serves this hour to its end, as until load balancers know.
      const urls = addressesOf(services);
      let settled = false;
      scaling = scaling.then(() => Promise.all(all.map((replicas) => replicas.scaleTo(wanted[hour])))).then(() => void (settled = true));
      // Awaited after the last hour; until then a failure is nobody's yet.
      scaling.catch(() => (settled = true));
      const live = (load: HourLoad) => liveThroughHour({ ground, feeds, ledger }, urls, load, options);
      let report = await live(loads[hour]);
      while (options.untilJoined === true && !settled) report = await live({ ...loads[hour], probes: [] });
      onRun(`hour ${hour + 1} of ${hours}: ${describe(report)}`);
      reports.push(report);
    }
    await scaling;
    await untilAllDone(ground, feeds);
    const withDelays: HourReport[] = [];
    for (const report of reports) withDelays.push({ ...report, documentP99: await documentP99(ground, report) });
    return withDelays;
  } finally {
    // What starts at this moment has to be there before it can be ended.
    await scaling.catch(() => undefined);
    await Promise.all(all.map((replicas) => replicas.close()));
  }
}

interface HourLoad {
  readonly documents: number;
  readonly lists: number;
  readonly events: number;
  /** A second. */
  readonly messages: number;
  /** Numbers of the watches about which bad stories are told. */
  readonly probes: readonly number[];
}

function hourlyLoads(weights: readonly number[], options: BusyDayOptions): HourLoad[] {
  const { hours, hourSeconds, peakFactor, probes } = options;
  const seconds = hours * hourSeconds;
  const mean = (peak: number): number => peak / peakFactor;
  const documents = unitsOfHours(weights, Math.round((options.documentsADay * seconds) / SECONDS_OF_A_DAY));
  const lists = unitsOfHours(weights, Math.round(mean(options.lists) * seconds));
  const events = unitsOfHours(weights, Math.round(mean(options.events) * seconds));
  const told = unitsOfHours(Array<number>(hours).fill(1), probes);
  let probe = 0;
  return weights.map((weight, hour) => ({
    documents: documents[hour],
    lists: lists[hour],
    events: events[hour],
    messages: mean(options.messages) * weight,
    probes: Array.from({ length: told[hour] }, () => probe++),
  }));
}

async function liveThroughHour(
  { ground, feeds, ledger }: { ground: ScaleGround; feeds: Feeds; ledger: Ledger },
  urls: Readonly<Record<ServiceName, readonly string[]>>,
  { documents, lists, events, messages, probes }: HourLoad,
  { hourSeconds, stories }: BusyDayOptions,
): Promise<Omit<HourReport, 'documentP99'>> {
  const from = Date.now();
  const news = feeds.newsPublished;
  const behaviour = feeds.eventsPublished;
  const published = (async () => {
    for (const probe of probes) await feeds.publishProbe(probe, stories, Date.now());
    for (let share = 0; share < 1;) {
      share = Math.min(1, (Date.now() - from) / (1_000 * hourSeconds));
      await feeds.publishNewsUpTo(news + Math.floor(share * documents));
      await feeds.publishEventsUpTo(behaviour + Math.floor(share * events));
      await sleep(TICK);
    }
  })();
  const [conversed, listed] = await Promise.all([
    holdConversations({
      urls: urls['customer-service'],
      conversations: Math.max(2, Math.ceil(messages / 2)),
      seconds: hourSeconds,
      rate: messages,
      questions: questionsOf(ground.world.entries),
      repeatEvery: REPEAT_EVERY,
    }),
    askForLists(urls.recommender, lists, hourSeconds),
    published,
  ]);
  ledger.addConversations(conversed);
  if (listed !== undefined) ledger.addLists(listed);
  return {
    instances: {
      'sentiment-monitor': urls['sentiment-monitor'].length,
      'customer-service': urls['customer-service'].length,
      recommender: urls.recommender.length,
    },
    documents,
    events,
    conversations: conversed.latencies.length === 0 ? undefined : conversed,
    lists: listed,
    from,
    until: Date.now(),
  };
}

async function askForLists(urls: readonly string[], lists: number, hourSeconds: number): Promise<Turn | undefined> {
  if (lists === 0) return undefined;
  const addresses = urls.map((url) => `${url}/v1/recommendations`);
  return postUnderLoad(addresses, listRequests(), CONNECTIONS, { requests: lists, rate: Math.max(1, Math.ceil(lists / hourSeconds)) });
}

/** Of the documents that were published in an hour. */
async function documentP99({ databases }: ScaleGround, { from, until }: Pick<HourReport, 'from' | 'until'>): Promise<number | undefined> {
  const { rows } = await databases['sentiment-monitor'].query((orm) =>
    orm.execute<{ p99: number | null }>(
      sql`select (1000 * extract(epoch from percentile_disc(0.99) within group (order by scored_at - published_at)))::float8 as p99
        from documents where published_at between ${new Date(from).toISOString()}::timestamptz and ${new Date(until).toISOString()}::timestamptz`,
    ),
  );
  return rows[0].p99 ?? undefined;
}

function addressesOf(services: Services): Record<ServiceName, readonly string[]> {
  return {
    'sentiment-monitor': services['sentiment-monitor'].urls,
    'customer-service': services['customer-service'].urls,
    recommender: services.recommender.urls,
  };
}

function describe({ instances, documents, events, conversations, lists }: Omit<HourReport, 'documentP99'>): string {
  const running = SERVICES.map((service) => instances[service]).join('+');
  return `${running} instances, ${documents} documents, ${conversations?.latencies.length ?? 0} messages, ${lists?.requests ?? 0} lists, ${events} events`;
}
