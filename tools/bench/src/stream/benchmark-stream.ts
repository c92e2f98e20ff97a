import type { MarketDocument, WatchInput } from '@attune/contracts';
import { readStockNet } from '@attune/stocknet-tool';
import { lookAtMachine } from '../machine';
import { mean, percentile } from '../statistics';
import type { Result } from '../write-result';
import { measureAlertDelays, type AlertDelays } from './alert-delay';
import { measureBareRate, planBatches, type BareRate } from './bare-inference';
import { DocumentFeed } from './document-feed';
import { negativeStories, probeWatches } from './probe-texts';
import { soak, type SoakMinute } from './soak';
import { openStreamGround } from './stream-ground';
import { measureThroughput, type Throughput } from './throughput';

export interface StreamBenchmarkOptions {
  /** Model store with a promoted sentiment head. */
  models: string;
  /** Folder of StockNet. */
  stocknet: string;
  /** Documents that are played in at full load. */
  documents: number;
  /** Documents that are played in with their own dates, on another service; 0 leaves that out. */
  pastDocuments: number;
  /** Alerts that are provoked, and the seconds over which; 0 leaves the delay out. */
  alerts: number;
  alertSeconds: number;
  /** Minutes at full load over which memory is watched; 0 leaves it out. */
  soakMinutes: number;
  work: string;
  /** Folder for CPU profiles of the service at full load. */
  profile?: string;
  onRun: (what: string) => void;
  command: string;
}

/** Of the documents, so many are computed by the model alone, before and after. */
const BARE_SHARE = 4;
/** Negative stories that the usual rules of a watch ask for. */
const STORIES = 4;
/** Minutes of a soak before the memory has filled what it may: 200,000 documents of all watches are compared with, which takes eight at 400 a second. */
const FILLING = 8;

interface Measured {
  watches: number;
  bare: BareRate;
  live: Throughput;
  /** With the documents' own dates. */
  past: Throughput | undefined;
  readySeconds: number;
  delays: AlertDelays | undefined;
  minutes: SoakMinute[];
}

/** Measures the monitor from Kafka to Kafka, beside the bare inference of the same texts on the same processors. */
export async function benchmarkStream(options: StreamBenchmarkOptions): Promise<Result> {
  const { models, onRun, pastDocuments } = options;
  const machine = await lookAtMachine();
  const { documents, watches } = await readStockNet(options.stocknet);
  const played = documents.slice(0, options.documents);
  const sample = planBatches(played, watches).filter((_, index) => index % BARE_SHARE === 0);
  onRun('the model alone');
  const bareBefore = await measureBareRate(models, sample);
  const measured = await measureLive(options, documents, watches);
  onRun('the model alone');
  const bareAfter = await measureBareRate(models, sample);
  const middle = (rate: keyof BareRate): number => mean([bareBefore[rate], bareAfter[rate]]);
  const bare = { documentsPerSecond: middle('documentsPerSecond'), pairsPerSecond: middle('pairsPerSecond') };
  const past = pastDocuments === 0 ? undefined : await measurePast(options, documents, watches);
  return resultOf({ watches: watches.length, bare, past, ...measured }, options, machine.note);
}

/** Full load, alerts at half load, and the soak: one after the other on one service, with documents that are dated now. */
async function measureLive(
  options: StreamBenchmarkOptions,
  documents: readonly MarketDocument[],
  watches: readonly WatchInput[],
): Promise<Pick<Measured, 'live' | 'delays' | 'minutes' | 'readySeconds'>> {
  const { models, work, profile, alerts, alertSeconds, soakMinutes, onRun } = options;
  const stories = alerts === 0 ? [] : await negativeStories(models, STORIES);
  onRun('the service at full load');
  const ground = await openStreamGround({ models, work, watches: [...watches, ...probeWatches(alerts)], clock: 'wall', profile });
  try {
    const feed = new DocumentFeed(ground, documents, 'now');
    const live = await measureThroughput(ground, feed, options.documents, (done) => onRun(`${done} of ${options.documents} documents`));
    const documentsPerSecond = live.documents / live.seconds / 2;
    const onProgress = (came: number): void => onRun(`${came} of ${alerts} alerts`);
    const provoked = { background: feed, documentsPerSecond, probes: alerts, stories, seconds: alertSeconds, onProgress };
    const delays = alerts === 0 ? undefined : await measureAlertDelays(ground, provoked);
    const onMinute = ({ documents: done, memory }: SoakMinute): void => onRun(`${done} documents, ${mebibytes(memory)} MiB`);
    const minutes = await soak(ground, feed, soakMinutes === 0 ? 0 : soakMinutes + FILLING, onMinute);
    return { live, delays, minutes: minutes.slice(FILLING), readySeconds: ground.monitor.readySeconds };
  } finally {
    await ground.close();
  }
}

/** Full load by documents with their own dates: two years in minutes, so that windows close all the time. */
async function measurePast(
  { models, work, pastDocuments, onRun }: StreamBenchmarkOptions,
  documents: readonly MarketDocument[],
  watches: readonly WatchInput[],
): Promise<Throughput> {
  onRun('the service at full load, in the past');
  const ground = await openStreamGround({ models, work, watches, clock: 'documents' });
  try {
    const feed = new DocumentFeed(ground, documents, 'own');
    return await measureThroughput(ground, feed, pastDocuments, (done) => onRun(`${done} of ${pastDocuments} documents`));
  } finally {
    await ground.close();
  }
}

function resultOf(
  { watches, bare, live, past, readySeconds, delays, minutes }: Measured,
  options: StreamBenchmarkOptions,
  note: string,
): Result {
  return {
    name: 'stream',
    title: 'The sentiment monitor from Kafka to Kafka',
    command: options.command,
    summary:
      `StockNet's tweets, with its ${watches} companies as watches, played into a real Kafka as fast as the service takes them, dated as they are sent. The service, Kafka, ` +
      'PostgreSQL and the load share two processors. The model alone computes a quarter of the same texts in batches of the same size, before and after.',
    columns: ['', 'measured', 'aim'],
    rows: [
      [`documents/s, Kafka to Kafka (${live.documents} documents)`, rate(live.documents, live), ''],
      ['scored pairs/s, Kafka to Kafka', rate(live.pairs, live), ''],
      ['pairs/s of the model alone', bare.pairsPerSecond.toFixed(0), ''],
      ['ratio to the model alone', (live.pairs / live.seconds / bare.pairsPerSecond).toFixed(2), ''],
      ["inference, share of the process's CPU time", percent(live.inferenceCpuSeconds / live.cpuSeconds), '≥ 80 %'],
      ['CPU time a document, ms: inference, everything else', cpuOf(live), ''],
      ['event-loop delay at full load, p99 ms', milliseconds(live.eventLoopDelay.p99), '≤ 20'],
      ...(past === undefined ? [] : pastRows(past)),
      ...(delays === undefined ? [] : delayRows(delays)),
      ['start to ready, s', readySeconds.toFixed(1), '≤ 5'],
      ...soakRows(minutes),
    ],
    notes: [note],
  };
}

function pastRows(past: Throughput): string[][] {
  return [
    [`with their own dates, two years in minutes: documents/s (${past.documents} documents)`, rate(past.documents, past), ''],
    ["with their own dates: inference, share of the process's CPU time", percent(past.inferenceCpuSeconds / past.cpuSeconds), ''],
    ['with their own dates: CPU time a document, ms', cpuOf(past), ''],
    ['with their own dates: event-loop delay, p99 ms', milliseconds(past.eventLoopDelay.p99), '≤ 20'],
  ];
}

function delayRows(delays: AlertDelays): string[][] {
  return [
    [`alert delay at half load, windows of 5 minutes, p50 ms of ${delays.length} alerts`, milliseconds(percentile(delays, 0.5)), ''],
    ['alert delay at half load, p99 ms', milliseconds(percentile(delays, 0.99)), '≤ 2000'],
  ];
}

function soakRows(minutes: readonly SoakMinute[]): string[][] {
  if (minutes.length === 0) return [];
  const memory = minutes.map((minute) => minute.memory);
  const middle = mean(memory);
  const furthest = Math.max(...memory.map((each) => Math.abs(each / middle - 1)));
  const worst = Math.max(...minutes.map(({ eventLoopDelay }) => eventLoopDelay.p99));
  return [
    [`soak of ${minutes.length} minutes at full load: documents/s`, (mean(minutes.map(({ documents }) => documents)) / 60).toFixed(0), ''],
    ['soak: mean memory of the process, MiB', mebibytes(middle), ''],
    ['soak: furthest that the mean of a minute was from it', percent(furthest), '≤ 5 %'],
    [
      'soak: first minute to last',
      `${memory[memory.length - 1] < memory[0] ? '' : '+'}${percent(memory[memory.length - 1] / memory[0] - 1)}`,
      '',
    ],
    ['soak: event-loop delay, p99 ms of the worst minute', milliseconds(worst), '≤ 20'],
  ];
}

function rate(count: number, { seconds }: Throughput): string {
  return (count / seconds).toFixed(0);
}

function cpuOf({ documents, cpuSeconds, inferenceCpuSeconds }: Throughput): string {
  const each = (seconds: number): string => ((1_000 * seconds) / documents).toFixed(2);
  return `${each(inferenceCpuSeconds)}, ${each(cpuSeconds - inferenceCpuSeconds)}`;
}

function milliseconds(seconds: number): string {
  return (1_000 * seconds).toFixed(0);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
