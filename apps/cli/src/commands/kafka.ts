import type { Command } from 'commander';
import { wholeNumberOption } from '../option-values';
import { messageColours, printJson, printMessage, printResult } from '../terminal';

interface StartFlags {
  readonly port?: number;
  readonly data?: string;
  readonly json?: boolean;
}

/** `attune kafka start` and `stop`: one Apache Kafka node on loopback, for development and tests. */
export function registerKafka(program: Command): void {
  const kafka = program.command('kafka').description('an Apache Kafka node for development');
  kafka
    .command('start')
    .description('start it in the background, fetching it first where it is not there, and print its KAFKA_BROKERS')
    .option('--port <number>', 'on 127.0.0.1 (default: 9092)', wholeNumberOption(1, 65_535))
    .option('--data <folder>', 'where its messages are kept (default: in the cache)')
    .option('--json', 'one line of JSON')
    .action(start);
  kafka
    .command('stop')
    .description('stop it; its messages stay')
    .option('--data <folder>', 'the folder that it was started with')
    .action(stop);
}

async function start({ port, data, json }: StartFlags): Promise<void> {
  const { startInBackground } = await import('@attune/kafka-tool');
  const node = await startInBackground({
    ...(port === undefined ? {} : { port }),
    ...(data === undefined ? {} : { dataFolder: data }),
    onStep: (step) => printMessage(`${messageColours().dim('·')} ${step}`),
  });
  if (json === true) return printJson(node);
  printMessage(
    node.wasRunning ? `Kafka runs already (process ${node.pid}).` : `Kafka runs (process ${node.pid}), its messages in ${node.dataFolder}.`,
  );
  printResult(`KAFKA_BROKERS=${node.brokers}`);
}

async function stop({ data }: { data?: string }): Promise<void> {
  const { stopInBackground } = await import('@attune/kafka-tool');
  const node = await stopInBackground(data);
  printMessage(node === undefined ? 'No Kafka was running there.' : `Kafka (process ${node.pid}) has stopped.`);
}
