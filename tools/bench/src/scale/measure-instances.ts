import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@attune/contracts';
import { questionsOf } from '../dialogue/benchmark-dialogue';
import { holdConversations } from '../dialogue/conversation-load';
import { postUnderLoad, type Turn } from '../serving/load';
import { assignedPartitions } from '../stream/service-metrics';
import { untilDone } from '../stream/progress';
import type { UnitCost } from './capacity';
import type { Feeds } from './feeds';
import type { Ledger } from './ledger';
import { listRequests } from './list-requests';
import type { Replicas } from './replicas';
import { SERVICES, type ScaleGround, type ServiceName } from './scale-ground';
import { costOf, watchSpending, type Spending } from './spending';
import { costliest, type Unit, type UnitCosts } from './sums';
import { behind, GROUPS, untilAnnounced, untilEventsDone } from './waiting';

/** What so many instances of a service did of one kind of work, when they did nothing else and there was always more of it. */
export interface InstancesMeasured {
  readonly unit: Unit;
  readonly instances: number;
  readonly units: number;
  readonly perSecond: number;
  readonly cost: UnitCost;
  readonly spending: Spending;
  /** Partitions that each instance consumes, where the work comes over Kafka. */
  readonly partitions?: readonly number[];
}

export interface InstancesOptions {
  readonly most: number;
  /** Seconds of each turn, about, and of its warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Documents and events of a turn. */
  readonly documents: number;
  readonly events: number;
  /** Conversations and requests in flight, the same for any number of instances. */
  readonly conversations: number;
  readonly requests: number;
  readonly onRun: (what: string) => void;
}

interface Bench extends InstancesOptions {
  readonly ground: ScaleGround;
  readonly feeds: Feeds;
  readonly ledger: Ledger;
}

/** Documents that wait on the topic, so that the service never waits for them. */
const AHEAD = 5_000;
const LOOK_EVERY = 250;
/** Requests of each connection before it is known how many a second there are. */
const WARM_UP_ROUNDS = 10;
const WORK = {
  'sentiment-monitor': [turnOfDocuments],
  'customer-service': [turnOfReplies],
  recommender: [turnOfEvents, turnOfLists],
} as const;

/** Measures one, two and more instances of each service, one service after the other. */
export async function measureInstances(
  ground: ScaleGround,
  feeds: Feeds,
  ledger: Ledger,
  options: InstancesOptions,
): Promise<InstancesMeasured[]> {
  const measured: InstancesMeasured[] = [];
  for (const service of SERVICES) {
    const replicas = ground.replicasOf(service);
    try {
      for (let instances = 1; instances <= options.most; instances++) {
        options.onRun(`${service}: starting instance ${instances} of ${options.most}`);
        await replicas.scaleTo(instances);
        await ground.prepare(service, replicas.urls[0]);
        await untilShared(service, replicas);
        for (const turn of WORK[service]) {
          const result = await turn({ ground, feeds, ledger, ...options }, replicas);
          options.onRun(`${instances} × ${service}: ${describe(result)}`);
          measured.push(result);
        }
      }
      if (service === 'customer-service') await untilAnnounced(ground);
    } finally {
      await replicas.close();
    }
  }
  return measured;
}

/** What a unit of each kind cost at most, by any number of instances. */
export function costliestOf(measured: readonly InstancesMeasured[]): UnitCosts {
  const of = (kind: Unit): UnitCost => costliest(measured.filter(({ unit }) => unit === kind).map(({ cost }) => cost));
  return { documents: of('documents'), replies: of('replies'), lists: of('lists'), events: of('events') };
}

/** Waits until every instance has partitions of what it consumes: a new one gets them a moment after it is ready. */
async function untilShared(service: ServiceName, replicas: Replicas): Promise<void> {
  const topic = consumedBy(service);
  if (topic === undefined) return;
  const count = async (): Promise<number[]> => Promise.all(replicas.urls.map((url) => assignedPartitions(url, topic.name)));
  for (let counts = await count(); counts.includes(0) || total(counts) !== topic.partitions; counts = await count())
    await sleep(LOOK_EVERY);
}

function consumedBy(service: ServiceName): { readonly name: string; readonly partitions: number } | undefined {
  if (service === 'sentiment-monitor') return TOPICS.marketDocuments;
  return service === 'recommender' ? TOPICS.behaviourEvents : undefined;
}

function partitionsOf(replicas: Replicas, topic: string): Promise<number[]> {
  return Promise.all(replicas.urls.map((url) => assignedPartitions(url, topic)));
}

async function turnOfDocuments({ ground, feeds, documents }: Bench, replicas: Replicas): Promise<InstancesMeasured> {
  const play = async (count: number): Promise<void> => {
    const goal = feeds.newsPublished + count;
    while (feeds.newsPublished < goal) {
      const room = Math.max(0, AHEAD - (await behind(ground, TOPICS.marketDocuments.name, GROUPS.documents)));
      await feeds.publishNewsUpTo(Math.min(goal, feeds.newsPublished + room));
      await sleep(LOOK_EVERY);
    }
    await untilDone(ground.databases['sentiment-monitor'], feeds.documentsPublished);
  };
  await play(Math.ceil(documents / 10));
  const result = await timed(ground, replicas, documents, () => play(documents));
  return { unit: 'documents', ...result, partitions: await partitionsOf(replicas, TOPICS.marketDocuments.name) };
}

async function turnOfEvents({ ground, feeds, events }: Bench, replicas: Replicas): Promise<InstancesMeasured> {
  const result = await timed(ground, replicas, events, async () => {
    await feeds.publishEventsUpTo(feeds.eventsPublished + events);
    await untilEventsDone(ground);
  });
  return { unit: 'events', ...result, partitions: await partitionsOf(replicas, TOPICS.behaviourEvents.name) };
}

async function turnOfReplies(
  { ground, ledger, conversations, seconds, warmUpSeconds }: Bench,
  replicas: Replicas,
): Promise<InstancesMeasured> {
  const questions = questionsOf(ground.world.entries);
  let replies = 0;
  const hold = async (duration: number): Promise<void> => {
    const load = await holdConversations({ urls: replicas.urls, conversations, seconds: duration, questions });
    ledger.addConversations(load);
    replies = load.latencies.length;
  };
  await hold(warmUpSeconds);
  const result = await timed(
    ground,
    replicas,
    () => replies,
    () => hold(seconds),
  );
  return { unit: 'replies', ...result };
}

async function turnOfLists({ ground, ledger, requests, seconds, warmUpSeconds }: Bench, replicas: Replicas): Promise<InstancesMeasured> {
  const urls = replicas.urls.map((url) => `${url}/v1/recommendations`);
  const bodies = listRequests();
  const ask = async (count: number): Promise<Turn> => {
    const turn = await postUnderLoad(urls, bodies, requests, { requests: Math.max(requests, Math.round(count)) });
    ledger.addLists(turn);
    return turn;
  };
  // Whole numbers of requests, so that none is under way when the load ends: as many as take so long at the rate of those before.
  const first = await ask(WARM_UP_ROUNDS * requests);
  const warm = await ask(first.requestsPerSecond * warmUpSeconds);
  const count = Math.max(requests, Math.round(warm.requestsPerSecond * seconds));
  const result = await timed(ground, replicas, count, () => ask(count));
  return { unit: 'lists', ...result };
}

/** Does something, and says how long it took and what it cost a unit. */
async function timed(
  ground: ScaleGround,
  replicas: Replicas,
  units: number | (() => number),
  work: () => Promise<unknown>,
): Promise<Omit<InstancesMeasured, 'unit'>> {
  const spent = watchSpending(ground, replicas);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const spending = spent();
  const count = typeof units === 'number' ? units : units();
  return { instances: replicas.urls.length, units: count, perSecond: count / seconds, cost: costOf(spending, count), spending };
}

function describe({ unit, perSecond, cost: { eventLoop, others, database, broker } }: InstancesMeasured): string {
  const parts = [eventLoop, others, database, broker].map((milliseconds) => milliseconds.toFixed(2)).join(' + ');
  return `${perSecond.toFixed(0)} ${unit} a second, ${parts} ms of event loop, other threads, database and broker each`;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
