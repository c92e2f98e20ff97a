import type { TopicChange } from '@attune/event-stream';
import type { Command } from 'commander';
import { withKafka } from '../event-stream';
import { wholeNumberOption } from '../option-values';
import { messageColours, printJson, printMessage, printResult, resultColours } from '../terminal';

interface ApplyFlags {
  readonly brokers?: string;
  readonly dryRun?: boolean;
  readonly raisePartitions?: boolean;
  readonly replicationFactor?: number;
  readonly json?: boolean;
}

/** `attune topics apply`: the one thing that creates topics. */
export function registerTopics(program: Command): void {
  program
    .command('topics')
    .description("the services' Kafka topics")
    .command('apply')
    .description('create the topics that are absent, each with its dead-letter topic, and report what differs')
    .option('--brokers <list>', 'host:port, separated by commas (default: KAFKA_BROKERS)')
    .option('--dry-run', 'report only')
    .option('--raise-partitions', 'raise the partitions of existing topics (a key may then change its partition)')
    .option('--replication-factor <number>', "copies of each partition of a new topic (default: the brokers')", wholeNumberOption(1, 100))
    .option('--json', 'one line of JSON')
    .action(apply);
}

async function apply({ brokers, dryRun = false, raisePartitions = false, replicationFactor, json }: ApplyFlags): Promise<void> {
  const { TOPICS } = await import('@attune/contracts');
  const changes = await withKafka(brokers, (stream) =>
    stream.applyTopics(Object.values(TOPICS), {
      dryRun,
      raisePartitions,
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
    }),
  );
  if (json === true) return printJson({ dryRun, topics: changes });
  for (const change of changes) printChange(change, dryRun);
  if (changes.some(({ differences }) => differences.length > 0)) {
    printMessage(messageColours().yellow('What differs was left as it is. --raise-partitions raises partitions; nothing lowers them.'));
  }
}

function printChange({ topic, action, differences }: TopicChange, dryRun: boolean): void {
  const colours = resultColours();
  const words = {
    created: colours.green(dryRun ? 'would be created' : 'created'),
    unchanged: colours.dim('as it should be'),
    'partitions-raised': colours.green(dryRun ? 'partitions would be raised' : 'partitions raised'),
    differs: colours.yellow('differs'),
  };
  printResult([`${topic}: ${words[action]}`, ...differences.map((difference) => `  ${difference}`)].join('\n'));
}
