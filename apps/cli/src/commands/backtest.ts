import { Option, type Command } from 'commander';
import { replayedAlertLine, renderSummary, renderWatches } from '../backtest/backtest-display';
import { withInterrupt } from '../interrupt';
import { inspectDocuments, orderNotice, readDocuments } from '../market/document-file';
import { openSentimentScorer } from '../market/sentiment-scorer';
import { readWatches } from '../market/watch-file';
import { wholeNumberOption } from '../option-values';
import { Progress } from '../progress';
import { formatCount, printJson, printMessage, printResult } from '../terminal';

interface BacktestFlags {
  readonly watches: string;
  readonly documents: string;
  readonly models?: string;
  readonly app: string;
  readonly model?: string;
  readonly precision: 'int8' | 'fp32';
  readonly lateness: number;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `attune backtest`: what the monitor would have alerted about. */
export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description('replay a file of documents through the monitor at full speed, in event time, and print its alerts')
    .requiredOption('--watches <file>', 'watches as POST /v1/watches takes them, with or without ids: a JSON array, or one a line')
    .requiredOption('--documents <file>', 'documents as POST /v1/documents takes them, one a line: .jsonl, plain or .gz')
    .option(
      '--models <store>',
      'model store whose promoted head scores: a folder, or s3://bucket/prefix (default: ATTUNE_MODELS, else models)',
    )
    .option('--app <name>', 'name of the head in the store', 'sentiment-monitor')
    .addOption(new Option('--model <folder>', 'a head that attune train wrote, instead of the promoted one').conflicts(['models', 'app']))
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('int8'))
    .option('--lateness <minutes>', 'windows wait so long for late documents', wholeNumberOption(0, 10_080), 2)
    .option('--limit <number>', 'take the first documents of the file only', wholeNumberOption(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'print one JSON document with alerts, watches and summary at the end')
    .action(backtest);
}

async function backtest({ json = false, limit, ...flags }: BacktestFlags): Promise<void> {
  const { assertTopicOfHead, runBacktest } = await import('@attune/opinion');
  const progress = new Progress();
  const started = performance.now();
  const result = await withInterrupt(
    () => progress.line('Stopping.'),
    async (signal) => {
      const watches = await readWatches(flags.watches);
      const file = await inspectDocuments(flags.documents, signal, limit);
      const notice = orderNotice(file);
      if (notice !== undefined) printMessage(notice);
      const scorer = await openSentimentScorer(flags, flags.precision);
      try {
        for (const { target } of watches) assertTopicOfHead(target, scorer);
        return await runBacktest({
          watches,
          documents: readDocuments(file, signal),
          scorer,
          latenessMinutes: flags.lateness,
          signal,
          onAlert: (alert) => {
            if (json) return;
            progress.stop();
            printResult(replayedAlertLine(alert));
          },
          onProgress: (done) => {
            const rate = Math.round((1000 * done) / (performance.now() - started));
            progress.update({ done, total: file.documents, detail: `${formatCount(done)} documents, ${formatCount(rate)} documents/s` });
          },
        });
      } finally {
        progress.stop();
        await scorer.close();
      }
    },
  );
  if (json) return printJson(result);
  const { alerts, watches, summary } = result;
  printResult(`${alerts.length === 0 ? '' : '\n'}${renderWatches(watches)}\n\n${renderSummary(summary)}`);
}
