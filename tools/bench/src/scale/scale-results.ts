import { percentile } from '../statistics';
import type { Result } from '../write-result';
import type { BusyDayOptions, HourReport } from './busy-day';
import { serviceMilliseconds } from './capacity';
import { faultsOf, type Count } from './evidence';
import type { InstancesMeasured } from './measure-instances';
import { SERVICES } from './scale-ground';

const SHARED =
  'Kafka, PostgreSQL (durable), all instances and the load share the processors of one machine, so that throughput cannot grow with instances once these are full: ' +
  'what tells whether more instances would do more on more machines is the processor time of a unit, which stays what it is.';

/** The page about one, two and more instances. */
export function instancesResult(
  measured: readonly InstancesMeasured[],
  counts: readonly Count[],
  { command, notes }: { command: string; notes: readonly string[] },
): Result {
  return {
    name: 'scale',
    title: 'One, two and three instances of each service behind one Kafka and one PostgreSQL',
    command,
    summary:
      'Each service in turn, with always more to do than it can: documents of StockNet and behaviour events over one consumer group, conversations whose messages go to the instances in turns, ' +
      `requests for lists of ten over autocannon's connections. ${SHARED}`,
    columns: [
      'work',
      'instances',
      'a second',
      'ms of processor time a unit: event loop',
      'other threads',
      'PostgreSQL',
      'Kafka',
      'load',
      'one core serves a second',
      'processors idle',
      'other work',
      'partitions of each',
    ],
    rows: measured.map(({ unit, instances, units, perSecond, cost, spending, partitions }) => [
      unit,
      String(instances),
      perSecond.toFixed(0),
      milliseconds(cost.eventLoop),
      milliseconds(cost.others),
      milliseconds(cost.database),
      milliseconds(cost.broker),
      milliseconds((1_000 * spending.load) / units),
      (1_000 / serviceMilliseconds(cost)).toFixed(0),
      `${Math.round(100 * spending.idle)} %`,
      `${Math.round(100 * spending.elsewhere)} %`,
      partitions?.join(' + ') ?? '',
    ]),
    notes: [evidenceNote(counts), ...notes],
  };
}

/** The page about the day. */
export function dayResult(
  hours: readonly HourReport[],
  counts: readonly Count[],
  options: BusyDayOptions,
  { command, notes }: { command: string; notes: readonly string[] },
): Result {
  const { hourSeconds, documentsADay, messages, lists, events, most, probes, peakFactor } = options;
  return {
    name: 'busy-day',
    title: 'All three services through a busy day, with instances that join and leave',
    command,
    summary:
      `A day of ${hours.length} hours, each of which lasts ${hourSeconds} s here, at the rates of its hour: ${documentsADay} documents a day, and in the busiest hour, ${peakFactor} times the mean, ` +
      `${messages} messages, ${lists} lists and ${events} behaviour events a second. Between one and ${most} instances of each service run, as an autoscaler would have it; they join and leave ` +
      `while work is under way, and an instance that starts takes its processor time from the others. In the course of the day ${probes} watches get just as many bad stories as open an alert. ` +
      'One message in ten is sent twice, the second time to the next instance. Messages are measured from when they were due, documents from publication to sentiment.',
    columns: [
      'hour',
      'instances: monitor, customer service, recommender',
      'documents',
      'p99 ms',
      'messages',
      'p50 ms',
      'p99 ms',
      'lists',
      'p99 ms',
      'events',
    ],
    rows: hours.map((hour, index) => [
      String(index),
      SERVICES.map((service) => hour.instances[service]).join(', '),
      String(hour.documents),
      whole(hour.documentP99),
      String(hour.conversations?.latencies.length ?? 0),
      whole(hour.conversations && percentile(hour.conversations.latencies, 0.5)),
      whole(hour.conversations && percentile(hour.conversations.latencies, 0.99)),
      String(hour.lists?.requests ?? 0),
      whole(hour.lists?.p99),
      String(hour.events),
    ]),
    notes: [evidenceNote(counts), ...notes],
  };
}

/** What was counted at both ends. */
function evidenceNote(counts: readonly Count[]): string {
  const faults = faultsOf(counts);
  if (faults.length > 0) return `**Not everything came out as it went in**: ${faults.join('; ')}.`;
  const agreed = counts.filter(({ expected }) => expected > 0).map(({ what, found }) => `${found} ${what}`);
  const none = counts.filter(({ expected }) => expected === 0).map(({ what }) => what);
  return `Counted at both ends, warming up included, and found to agree: ${agreed.join(', ')}. There were none of these: ${none.join(', ')}.`;
}

function milliseconds(value: number): string {
  return value.toFixed(2);
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(0);
}
