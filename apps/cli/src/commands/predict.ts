import type { Predictor } from '@attune/inference';
import { Option, type Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { trainedColumns, type TrainedColumns } from '../model-columns';
import { outputFileOption } from '../option-values';
import { renderTasks, taskColumns, tasksJson } from '../predictions';
import { Progress } from '../progress';
import { chunksOf, mapInOrder } from '../rows/chunks';
import { writeOutputFile } from '../rows/output-file';
import { rowWriter } from '../rows/row-writer';
import { readTextRows } from '../rows/text-rows';
import { formatCount, formatDuration, printJson, printMessage, printResult } from '../terminal';

interface PredictOptions {
  model: string;
  text?: string;
  pair?: string;
  data?: string;
  out?: string;
  textColumn?: string;
  pairColumn?: string;
  precision: 'fp32' | 'int8';
  probabilities?: boolean;
  json?: boolean;
}

/** Rows handed to the predictor at once: enough to sort by length, few enough to hold in memory. */
const CHUNK_ROWS = 1024;
const CHUNKS_IN_FLIGHT = 2;

/** Adds `attune predict`. */
export function registerPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('predict the label of a text, or of every row of a file')
    .requiredOption('--model <folder>', 'head that attune train wrote')
    .addOption(new Option('--text <text>', 'the text').conflicts('data'))
    .option('--pair <text>', 'second text of a pair, with --text')
    .option('--data <file>', 'rows to predict: .csv, .tsv, .jsonl or .parquet, plain or .gz')
    .option(
      '--out <file>',
      'where the rows go, with their label and probability: .csv, .tsv or .jsonl',
      outputFileOption(['.csv', '.tsv', '.jsonl']),
    )
    .option('--text-column <column>', 'column of the text; default the one the head was trained on')
    .option('--pair-column <column>', 'column of the second text')
    .option('--probabilities', 'write the probability of every label, too')
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('fp32'))
    .option('--json', 'print one line of JSON to stdout')
    .action((options: PredictOptions) => predict(command, options));
}

async function predict(command: Command, options: PredictOptions): Promise<void> {
  const { text, data, out } = options;
  if (text === undefined && data === undefined) command.error('one of --text and --data is needed.');
  if (text?.trim() === '') command.error('--text is empty.');
  if (data !== undefined && out === undefined) command.error('--data needs --out: the file where the rows go.');
  const { Predictor: Opener } = await import('@attune/inference');
  const predictor = await Opener.open(options.model, { precision: options.precision });
  try {
    // An embedding model has nothing to predict, and says so.
    if (predictor.tasks.length === 0) await predictor.predict([]);
    if (text !== undefined)
      await predictText(predictor, { text, ...(options.pair === undefined ? {} : { pair: options.pair }) }, options.json === true);
    else if (data !== undefined && out !== undefined)
      await predictFile(predictor, { ...options, data, out }, await trainedColumns(options.model));
  } finally {
    await predictor.close();
  }
}

async function predictText(predictor: Predictor, text: { text: string; pair?: string }, json: boolean): Promise<void> {
  const [prediction] = await predictor.predictAll([text]);
  if (json) printJson(tasksJson(prediction));
  else printResult(renderTasks(prediction));
}

async function predictFile(
  predictor: Predictor,
  options: PredictOptions & { data: string; out: string },
  columns: TrainedColumns,
): Promise<void> {
  const progress = new Progress();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const sayStopping = (): void => progress.line('Stopping.');
  let rows = 0;
  try {
    await withInterrupt(sayStopping, (signal) =>
      writeOutputFile(options.out, async (file) => {
        const writer = rowWriter(file);
        const asked = { text: options.textColumn, pair: options.pairColumn };
        const source = readTextRows({ path: options.data, asked, trained: columns, signal });
        const predicted = mapInOrder(chunksOf(source, CHUNK_ROWS), CHUNKS_IN_FLIGHT, async (chunk) => {
          const predictions = await predictor.predictAll(chunk, { bulk: true });
          return chunk.map(({ values }, index) => ({
            ...values,
            ...taskColumns(predictions[index], {
              taken: Object.keys(values),
              separator: columns.labelSeparator,
              probabilities: options.probabilities === true,
            }),
          }));
        });
        for await (const chunk of predicted) {
          signal.throwIfAborted();
          await writer.write(chunk);
          rows += chunk.length;
          progress.update({ done: rows, detail: `${formatCount(rows)} rows, ${formatCount(Math.round(rows / seconds()))} rows/s` });
        }
      }),
    );
  } finally {
    progress.stop();
  }
  const took = seconds();
  if (options.json === true) printJson({ rows, out: options.out, seconds: took, rowsPerSecond: rows / took });
  else
    printMessage(
      `Wrote ${formatCount(rows)} rows to ${options.out} in ${formatDuration(took)} (${formatCount(Math.round(rows / took))} rows/s).`,
    );
}
