import { InvalidArgumentError, type Command } from 'commander';
import { withKafka } from '../event-stream';
import { withInterrupt } from '../interrupt';
import { inspectDocuments, orderNotice, readDocuments, type DocumentFile } from '../market/document-file';
import { numberOption, wholeNumberOption } from '../option-values';
import { Progress } from '../progress';
import { playDocuments, type PlayResult } from '../replay-stream/play-documents';
import { shiftDocuments } from '../replay-stream/shift-documents';
import { formatCount, formatDuration, printJson, printMessage } from '../terminal';

interface ReplayStreamFlags {
  readonly data: string;
  readonly topic: string;
  readonly speed: number;
  readonly shift?: boolean;
  readonly limit?: number;
  readonly brokers?: string;
  readonly json?: boolean;
}

/** `attune replay-stream`: a file of documents as a stream. */
export function registerReplayStream(program: Command): void {
  program
    .command('replay-stream')
    .description('play a file of documents into Kafka, as the monitor publishes those that it is handed in')
    .requiredOption('--data <file>', 'documents as POST /v1/documents takes them, one a line: .jsonl, plain or .gz')
    .option('--topic <name>', 'where they go', 'market.documents')
    .option('--speed <number|max>', 'times as fast as they were published; max: as fast as Kafka takes them', speedOption, 1)
    .option(
      '--shift',
      'move all documents in time by as much, so that the last one is published when it is sent and none lies in the future; ids get a mark, so that it can be done again',
    )
    .option('--limit <number>', 'play the first documents of the file only', wholeNumberOption(1, Number.MAX_SAFE_INTEGER))
    .option('--brokers <list>', 'host:port, separated by commas (default: KAFKA_BROKERS)')
    .option('--json', 'one line of JSON')
    .action(replayStream);
}

function speedOption(value: string): number {
  if (value === 'max') return Infinity;
  const speed = numberOption(value);
  if (speed <= 0) throw new InvalidArgumentError('It must be above 0, or max.');
  return speed;
}

async function replayStream({ data, topic, speed, shift = false, limit, brokers, json = false }: ReplayStreamFlags): Promise<void> {
  const progress = new Progress();
  let file: DocumentFile | undefined;
  const result = await withInterrupt(
    () => progress.line('Stopping after the documents in hand. Ctrl-C again stops at once.'),
    async (signal) => {
      const found = await inspectDocuments(data, signal, limit);
      file = found;
      const notice = orderNotice(found);
      if (notice !== undefined) printMessage(notice);
      return withKafka(brokers, (stream) => play(found, { topic, speed, shift, signal, progress }, stream));
    },
  ).finally(() => progress.stop());
  const documents = file?.documents ?? 0;
  if (json) printJson({ topic, documents, ...result });
  else printMessage(inWords(result, documents, topic));
}

async function play(
  file: DocumentFile,
  options: Pick<ReplayStreamFlags, 'topic' | 'speed' | 'shift'> & { signal: AbortSignal; progress: Progress },
  stream: Parameters<Parameters<typeof withKafka>[1]>[0],
): Promise<PlayResult> {
  const [{ TOPICS }, { cloudEventMessage }, { toDocumentEvent }] = await Promise.all([
    import('@attune/contracts'),
    import('@attune/event-stream'),
    import('@attune/opinion'),
  ]);
  const { topic, speed, shift, signal, progress } = options;
  const started = Date.now();
  const documents = readDocuments(file, signal);
  const lastAt = started + (file.latest - file.earliest) / speed;
  return playDocuments(shift === true ? shiftDocuments(documents, lastAt - file.latest) : documents, {
    speed,
    signal,
    publish: (batch) =>
      stream.publish(
        topic,
        batch.map((document) => cloudEventMessage(TOPICS.marketDocuments, document.id, toDocumentEvent(document))),
      ),
    onSent: (sent) => {
      const rate = Math.round((1000 * sent) / Math.max(1, Date.now() - started));
      progress.update({ done: sent, total: file.documents, detail: `${formatCount(sent)} documents, ${formatCount(rate)} documents/s` });
    },
  });
}

function inWords({ sent, interrupted, seconds, lag }: PlayResult, documents: number, topic: string): string {
  const late = lag >= 1 ? ` They came up to ${formatDuration(lag)} after their time: Kafka took them no faster.` : '';
  const rate = `${formatCount(Math.round(sent / seconds))} documents/s`;
  const count = interrupted
    ? `Stopped after ${formatCount(sent)} of ${formatCount(documents)} documents`
    : `Sent ${formatCount(sent)} documents`;
  return `${count} to ${topic} in ${formatDuration(seconds)} (${rate}).${late}`;
}
