/**
 * Run as a process of its own by kafka-idle.spec.ts: opens everything a service opens, works once, idles, and prints
 * what the idling cost as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaStream } from '../src/index';
import { gate } from './collected';
import { note, noteTopic } from './contract-topic';

/** Milliseconds. */
const SETTLE = 2_000;
const IDLE = 6_000;

let shortDelays = 0;
const warnings: string[] = [];

async function main(): Promise<void> {
  const { setTimeout: original } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (work: (...args: unknown[]) => void, delay?: number, ...rest: unknown[]) => {
      if (delay !== undefined && !(delay >= 0)) shortDelays += 1;
      return original(work, delay, ...rest);
    },
  });
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
  const topic = noteTopic();
  const stream = await openKafkaStream({ brokers: (process.env.SPEC_BROKERS ?? '').split(',') });
  await stream.applyTopics([topic]);
  const handled = gate();
  await stream.subscribe({ topic, group: 'idle', handle: async () => handled.open() });
  await stream.publish(topic.name, [note(1)]);
  await handled.opened;
  await sleep(SETTLE);
  const before = process.cpuUsage();
  await sleep(IDLE);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ share: (user + system) / 1000 / IDLE, shortDelays, warnings, ready: stream.status()[0]?.ready }));
  await stream.close();
}

void main();
