import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { kafkaDirectory, startKafka } from '@attune/kafka-tool';
import type { MissingPart, RealComponent } from './real-component';

const REMEDY = 'Install Java 17 and Maven, or let KAFKA_BROKERS name a Kafka that runs.';

/** A real Kafka: KAFKA_BROKERS, or one node that the test run starts. The address is a list of brokers. */
export const realKafka: RealComponent<string[]> = {
  name: 'Kafka',

  fromEnvironment() {
    const brokers = process.env.KAFKA_BROKERS;
    return brokers === undefined || brokers === '' ? undefined : brokers.split(',');
  },

  missing(): MissingPart | undefined {
    if (!runs('java', '-version')) return { reason: 'there is no Java.', remedy: REMEDY };
    if (!existsSync(kafkaDirectory()) && !runs('mvn', '--version'))
      return { reason: 'there is no Maven to fetch it with.', remedy: REMEDY };
    return undefined;
  },

  async start() {
    const { brokers, pid, dataFolder } = await startKafka();
    return { address: [brokers], pid, folder: dataFolder };
  },
};

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}

/** A node of a spec's own, which it may kill. */
export { startKafka, type RunningKafka } from '@attune/kafka-tool';
