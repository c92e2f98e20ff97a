import { processorTimes } from '../machine';
import { processorTimeOf, timeBetween, type ProcessorTime } from '../processor-time';
import type { UnitCost } from './capacity';
import type { Replicas } from './replicas';
import type { ScaleGround } from './scale-ground';

/** Seconds of processor time that something took. */
export interface Spending {
  readonly eventLoop: number;
  readonly others: number;
  readonly database: number;
  readonly broker: number;
  /** Of this process, which is the load. */
  readonly load: number;
  /** Share of all processors that was left, and that went to anything else. */
  readonly idle: number;
  readonly elsewhere: number;
}

/** @returns what says how much was spent since, on the instances of a service and on what they stand on */
export function watchSpending({ kafkaPid, postgresPid }: ScaleGround, replicas: Replicas): () => Spending {
  const look = () => ({
    service: replicas.times(),
    database: processorTimeOf(postgresPid),
    broker: processorTimeOf(kafkaPid),
    load: processorTimeOf(process.pid),
    ...processorTimes(),
  });
  const before = look();
  return () => {
    const after = look();
    const between = (part: 'service' | 'database' | 'broker' | 'load'): ProcessorTime => timeBetween(before[part], after[part]);
    const { main: eventLoop, others } = between('service');
    const database = sumOf(between('database'));
    const broker = between('broker').main + between('broker').others;
    const load = between('load').main + between('load').others;
    const all = (after.all - before.all) / 1_000;
    const idle = (after.idle - before.idle) / 1_000 / all;
    const elsewhere = Math.max(0, 1 - idle - (eventLoop + others + database + broker + load) / all);
    return { eventLoop, others, database, broker, load, idle, elsewhere };
  };
}

/** Milliseconds a unit. */
export function costOf(spending: Spending, units: number): UnitCost {
  const each = (seconds: number): number => (1_000 * seconds) / units;
  const { eventLoop, others, database, broker } = spending;
  return { eventLoop: each(eventLoop), others: each(others), database: each(database), broker: each(broker) };
}

function sumOf({ main, others, children }: ProcessorTime): number {
  return main + others + children;
}
