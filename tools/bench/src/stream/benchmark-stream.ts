import { readStockNet } from '@attune/stocknet-tool';
import { lookAtMachine } from '../machine';
import { mean, percentile } from '../statistics';
import type { Result } from '../write-result';
import { measureAlertDelays, type AlertDelays } from './alert-delay';
import { measureBareRate, planBatches, type BareRate } from './bare-inference';
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

interface Measured {
  bare: BareRate;
  full: Throughput;
  readySeconds: number;
  delays: AlertDelays | undefined;
  minutes: SoakMinute[];
}

/** Measures the monitor from Kafka to Kafka, beside the bare inference of the same texts on the same processors. */
export async function benchmarkStream(options: StreamBenchmarkOptions): Promise<Result> {
  const { models, onRun, work, alerts } = options;
  const machine = await lookAtMachine();
  const { documents: all, watches } = await readStockNet(options.stocknet);
  const documents = all.slice(0, options.documents);
  const sample = planBatches(documents, watches).filter((_, index) => index % BARE_SHARE === 0);
  onRun('the model alone');
  const bareBefore = await measureBareRate(models, sample);
  onRun('the service at full load');
  const ground = await openStreamGround({ models, work, watches, clock: 'documents', profile: options.profile });
  let full: Throughput;
  let minutes: SoakMinute[] = [];
  try {
    full = await measureThroughput(ground, documents, (done) => onRun(`${done} of ${documents.length} documents`));
    if (options.soakMinutes > 0) {
      const rest = all.slice(options.documents);
      const onMinute = ({ documents: done, memory }: SoakMinute): void => onRun(`${done} documents, ${Math.round(memory / 2 ** 20)} MiB`);
      minutes = await soak(ground, { documents: rest.length > 0 ? rest : all, minutes: options.soakMinutes, onMinute });
    }
  } finally {
    await ground.close();
  }
  onRun('the model alone');
  const bareAfter = await measureBareRate(models, sample);
  const bare = {
    documentsPerSecond: mean([bareBefore.documentsPerSecond, bareAfter.documentsPerSecond]),
    pairsPerSecond: mean([bareBefore.pairsPerSecond, bareAfter.pairsPerSecond]),
  };
  const rate = full.documents / full.seconds / 2;
  const delays = alerts === 0 ? undefined : await delaysAt(rate, options, all, watches);
  return resultOf({ bare, full, readySeconds: ground.monitor.readySeconds, delays, minutes }, options, machine.note);
}

async function delaysAt(
  documentsPerSecond: number,
  { models, work, alerts, alertSeconds, onRun }: StreamBenchmarkOptions,
  background: Parameters<typeof measureAlertDelays>[1]['background'],
  watches: Parameters<typeof openStreamGround>[0]['watches'],
): Promise<AlertDelays> {
  onRun(`alerts at ${Math.round(documentsPerSecond)} documents/s`);
  const stories = await negativeStories(models, STORIES);
  const ground = await openStreamGround({ models, work, watches: [...watches, ...probeWatches(alerts)], clock: 'wall' });
  try {
    const onProgress = (came: number): void => onRun(`${came} of ${alerts} alerts`);
    return await measureAlertDelays(ground, { background, documentsPerSecond, probes: alerts, stories, seconds: alertSeconds, onProgress });
  } finally {
    await ground.close();
  }
}

function resultOf({ bare, full, readySeconds, delays, minutes }: Measured, options: StreamBenchmarkOptions, note: string): Result {
  const perSecond = { documents: full.documents / full.seconds, pairs: full.pairs / full.seconds };
  const milliseconds = (seconds: number): string => (1_000 * seconds).toFixed(0);
  return {
    name: 'stream',
    title: 'The sentiment monitor from Kafka to Kafka',
    command: options.command,
    summary:
      `StockNet's first ${full.documents} tweets with its ${'companies'} as watches, played into a real Kafka as fast as it takes them; the service, Kafka, PostgreSQL and the ` +
      'load share two processors. The model alone computes a quarter of the same texts in batches of the same size, before and after.',
    columns: ['', 'measured', 'aim'],
    rows: [
      ['documents/s, Kafka to Kafka', perSecond.documents.toFixed(0), ''],
      ['scored pairs/s, Kafka to Kafka', perSecond.pairs.toFixed(0), ''],
      ['pairs/s of the model alone', bare.pairsPerSecond.toFixed(0), ''],
      ['ratio to the model alone', (perSecond.pairs / bare.pairsPerSecond).toFixed(2), ''],
      ["inference, share of the process's CPU time", percent(full.inferenceCpuSeconds / full.cpuSeconds), '≥ 80 %'],
      ['CPU time of the process, of both processors', percent(full.cpuSeconds / full.seconds / 2), ''],
      ['event-loop delay at full load, p99 ms', milliseconds(full.eventLoopDelay.p99), '≤ 20'],
      ['start to ready, s', readySeconds.toFixed(1), '≤ 5'],
      ...(delays === undefined
        ? []
        : [
            [`alert delay at half load, p50 ms of ${delays.length} alerts`, milliseconds(percentile(delays, 0.5)), ''],
            ['alert delay at half load, p99 ms', milliseconds(percentile(delays, 0.99)), '≤ 2000'],
          ]),
      ...soakRows(minutes),
    ],
    notes: [note],
  };
}

/** The first minute warms caches up; the others are held against their own mean. */
function soakRows(minutes: readonly SoakMinute[]): string[][] {
  const settled = minutes.slice(1);
  if (settled.length === 0) return [];
  const memory = settled.map((minute) => minute.memory);
  const middle = mean(memory);
  const furthest = Math.max(...memory.map((each) => Math.abs(each / middle - 1)));
  const worst = Math.max(...settled.map(({ eventLoopDelay }) => eventLoopDelay.p99));
  return [
    [`soak of ${minutes.length} minutes: mean memory, MiB`, (middle / 2 ** 20).toFixed(0), ''],
    ['soak: furthest that a minute was from it', percent(furthest), '≤ 5 %'],
    ['soak: first settled minute to last', signedPercent(memory[memory.length - 1] / memory[0] - 1), ''],
    ['soak: event-loop delay, p99 ms of the worst minute', (1_000 * worst).toFixed(0), '≤ 20'],
    ['soak: documents/s', (mean(settled.map(({ documents }) => documents)) / 60).toFixed(0), ''],
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signedPercent(share: number): string {
  return `${share < 0 ? '' : '+'}${percent(share)}`;
}
