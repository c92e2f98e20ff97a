import { extname } from 'node:path';
import type { Predictor } from '@attune/inference';
import { Option, type Command } from 'commander';
import { openEmbedder } from '../embedder';
import { withInterrupt } from '../interrupt';
import { outputFileOption } from '../option-values';
import { Progress } from '../progress';
import { chunksOf, mapInOrder } from '../rows/chunks';
import { NpyWriter } from '../rows/npy-writer';
import { writeOutputFile, type OutputFile } from '../rows/output-file';
import { rowWriter } from '../rows/row-writer';
import { readTextRows, type TextRow } from '../rows/text-rows';
import { formatCount, formatDuration, printJson, printMessage, printResult } from '../terminal';

interface EmbedOptions {
  model: string;
  text?: string;
  data?: string;
  out?: string;
  textColumn?: string;
  precision: 'fp32' | 'int8';
  json?: boolean;
}

interface VectorSink {
  write(rows: readonly TextRow[], vectors: readonly Float32Array[]): Promise<void>;
  finish(): Promise<void>;
}

const CHUNK_ROWS = 1024;
const CHUNKS_IN_FLIGHT = 2;

/** Adds `attune embed`. */
export function registerEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description('turn a text, or every row of a file, into a vector of length 1')
    .requiredOption('--model <folder|encoder>', 'model with an embedding, or a pretrained encoder')
    .addOption(new Option('--text <text>', 'the text').conflicts('data'))
    .option('--data <file>', 'rows to embed: .csv, .tsv, .jsonl or .parquet, plain or .gz')
    .option('--out <file>', 'where the vectors go: .jsonl, each row with its vector, or .npy', outputFileOption(['.jsonl', '.npy']))
    .option('--text-column <column>', 'column of the text')
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('fp32'))
    .option('--json', 'print one line of JSON to stdout')
    .action((options: EmbedOptions) => embed(command, options));
}

async function embed(command: Command, options: EmbedOptions): Promise<void> {
  const { text, data, out } = options;
  if (text === undefined && data === undefined) command.error('one of --text and --data is needed.');
  if (text?.trim() === '') command.error('--text is empty.');
  if (data !== undefined && out === undefined) command.error('--data needs --out: the file where the vectors go.');
  const predictor = await openEmbedder(options.model, options.precision);
  try {
    if (text !== undefined) {
      const [vector] = await predictor.embed([{ text }]);
      if (options.json === true) printJson({ dimensions: vector.length, embedding: [...vector] });
      else printResult(JSON.stringify([...vector]));
    } else if (data !== undefined && out !== undefined) await embedFile(predictor, { ...options, data, out });
  } finally {
    await predictor.close();
  }
}

async function embedFile(predictor: Predictor, options: EmbedOptions & { data: string; out: string }): Promise<void> {
  const progress = new Progress();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const embedChunk = async (rows: TextRow[]): Promise<{ rows: TextRow[]; vectors: Float32Array[] }> => ({
    rows,
    vectors: await predictor.embed(rows),
  });
  let count = 0;
  let dimensions = 0;
  try {
    await withInterrupt(
      () => progress.line('Stopping.'),
      (signal) =>
        writeOutputFile(options.out, async (file) => {
          const sink = await vectorSink(file);
          const source = readTextRows({ path: options.data, asked: { text: options.textColumn }, trained: {}, signal });
          for await (const { rows, vectors } of mapInOrder(chunksOf(source, CHUNK_ROWS), CHUNKS_IN_FLIGHT, embedChunk)) {
            signal.throwIfAborted();
            await sink.write(rows, vectors);
            count += rows.length;
            dimensions = vectors[0]?.length ?? dimensions;
            progress.update({ done: count, detail: `${formatCount(count)} rows, ${formatCount(Math.round(count / seconds()))} rows/s` });
          }
          await sink.finish();
        }),
    );
  } finally {
    progress.stop();
  }
  const took = seconds();
  if (options.json === true) printJson({ rows: count, dimensions, out: options.out, seconds: took, rowsPerSecond: count / took });
  else printMessage(`Wrote ${formatCount(count)} vectors of ${dimensions} numbers to ${options.out} in ${formatDuration(took)}.`);
}

async function vectorSink(file: OutputFile): Promise<VectorSink> {
  if (extname(file.path).toLowerCase() === '.npy') {
    const writer = await NpyWriter.start(file);
    return { write: (_, vectors) => writer.write(vectors), finish: () => writer.finish() };
  }
  const writer = rowWriter(file);
  return {
    write: (rows, vectors) => writer.write(rows.map(({ values }, index) => ({ ...values, embedding: [...vectors[index]] }))),
    finish: () => Promise.resolve(),
  };
}
