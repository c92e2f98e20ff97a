import type { ReplaySummary } from '@attune/event-stream';
import type { Command } from 'commander';
import { withKafka } from '../event-stream';
import { withInterrupt } from '../interrupt';
import { wholeNumberOption } from '../option-values';
import { formatCount, printJson, printMessage, printResult } from '../terminal';

interface ReplayFlags {
  readonly topic: string;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly filter: readonly string[];
  readonly rate?: number;
  readonly maxReplays: number;
  readonly brokers?: string;
  readonly json?: boolean;
}

/** `attune replay`: sends dead letters back to where they came from. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('send dead letters back to where they came from, and exit at the end that the topic has now')
    .requiredOption('--topic <name>', 'the topic of dead letters, such as market.documents.dead-letters')
    .option('--to <topic>', 'send them to this topic instead')
    .option('--dry-run', 'list what would be sent, and send nothing')
    .option(
      '--filter <name=value|name~text>',
      'only messages whose key, error, attempts, group, partition, offset or header is the value or has the text; several must all hold',
      (value: string, filters: readonly string[]) => [...filters, value],
      [],
    )
    .option('--rate <number>', 'most messages a second', wholeNumberOption(1, 1_000_000))
    .option('--max-replays <number>', 'leave those that were sent back so often already', wholeNumberOption(1, 1_000), 3)
    .option('--brokers <list>', 'host:port, separated by commas (default: KAFKA_BROKERS)')
    .option('--json', 'one line of JSON')
    .action(replay);
}

async function replay({ topic, to, dryRun = false, filter, rate, maxReplays, brokers, json = false }: ReplayFlags): Promise<void> {
  const { DEAD_LETTER_HEADERS, parseReplayFilter, replayDeadLetters } = await import('@attune/event-stream');
  const filters = filter.map(parseReplayFilter);
  const summary = await withInterrupt(
    () => printMessage('Stopping.'),
    (signal) =>
      withKafka(brokers, (stream) =>
        replayDeadLetters(stream, {
          topic,
          dryRun,
          filters,
          maxReplays,
          signal,
          ...(to === undefined ? {} : { to }),
          ...(rate === undefined ? {} : { rate }),
          onReplay: ({ partition, offset, key, headers }, target) => {
            if (dryRun && !json)
              printResult(`${partition}:${offset} ${key ?? ''} → ${target}  ${headers[DEAD_LETTER_HEADERS.error] ?? ''}`);
          },
        }),
      ),
  );
  if (json) printJson({ dryRun, ...summary });
  else printMessage(inWords(summary, dryRun));
}

function inWords({ read, replayed, filtered, exhausted, homeless }: ReplaySummary, dryRun: boolean): string {
  const parts = [
    `${formatCount(read)} dead letters read`,
    `${formatCount(replayed)} ${dryRun ? 'would be sent back' : 'sent back'}`,
    ...(filtered > 0 ? [`${formatCount(filtered)} refused by a filter`] : []),
    ...(exhausted > 0 ? [`${formatCount(exhausted)} sent back too often already (see --max-replays)`] : []),
    ...(homeless > 0 ? [`${formatCount(homeless)} of unknown origin (see --to)`] : []),
  ];
  return `${parts.join(', ')}.`;
}
