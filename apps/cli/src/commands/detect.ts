import { InvalidArgumentError, type Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { numberOption, outputFileOption } from '../option-values';
import { readMeasurements } from '../rows/measurements';
import { chunksOf } from '../rows/chunks';
import { writeOutputFile } from '../rows/output-file';
import { rowWriter } from '../rows/row-writer';
import { formatCount, formatDuration, printJson, printMessage } from '../terminal';

interface DetectOptions {
  data: string;
  out: string;
  detector?: string;
  step?: number;
  json?: boolean;
}

const CHUNK_ROWS = 1024;
const SURGE = 0.5;
/** Digits of a written score. */
const SCORE_UNITS = 1e6;

/** Adds `attune detect`. */
export function registerDetect(program: Command): void {
  program
    .command('detect')
    .description('score how a series of counts surges: each value by those before it alone')
    .requiredOption('--data <file>', 'series with the columns timestamp and value: .csv, .tsv or .jsonl, plain or .gz')
    .requiredOption(
      '--out <file>',
      'where timestamp,value,anomaly_score go: .csv, .tsv or .jsonl; a score of 0.5 or more is where a surge begins',
      outputFileOption(['.csv', '.tsv', '.jsonl']),
    )
    .option('--detector <name>', 'seasonal-counts, which serves, or the baseline windowed-gaussian')
    .option('--step <seconds>', 'time from one value to the next; default the median of the first ones', stepOption)
    .option('--json', 'print one line of JSON to stdout')
    .action(detect);
}

function stepOption(value: string): number {
  const seconds = numberOption(value);
  if (seconds <= 0) throw new InvalidArgumentError('It must be above 0.');
  return seconds;
}

async function detect(options: DetectOptions): Promise<void> {
  const { data, out } = options;
  const started = performance.now();
  const { rows, surges } = await withInterrupt(
    () => printMessage('Stopping.'),
    (signal) => scoreFile(options, signal),
  );
  const seconds = (performance.now() - started) / 1000;
  if (options.json === true) printJson({ rows, surges, out, seconds });
  else {
    const found = surges === 1 ? 'one surge begins' : `${formatCount(surges)} surges begin`;
    printMessage(`Scored ${formatCount(rows)} values of ${data} in ${formatDuration(seconds)}: ${found}. Written to ${out}.`);
  }
}

async function scoreFile({ data, out, detector, step }: DetectOptions, signal: AbortSignal): Promise<{ rows: number; surges: number }> {
  const { AttuneError } = await import('@attune/artifact');
  const { createDetector, DEFAULT_DETECTOR, MeasuredSeries } = await import('@attune/opinion');
  const name = detector ?? DEFAULT_DETECTOR;
  // A wrong name is told before the file is read.
  createDetector(name, { step: 1 });
  const series = new MeasuredSeries({ detector: name, ...(step === undefined ? {} : { step: step * 1_000 }) });
  let [rows, surges] = [0, 0];
  await writeOutputFile(out, async (file) => {
    const writer = rowWriter(file);
    for await (const chunk of chunksOf(readMeasurements(data, signal), CHUNK_ROWS)) {
      signal.throwIfAborted();
      const scored = chunk.map(({ row, timestamp, value, measurement }) => {
        if (name === DEFAULT_DETECTOR && (measurement?.value ?? 0) < 0) {
          throw new AttuneError('bad-data', `${data}, row ${row}: ${value} is below 0, which no count is.`, {
            remedy: 'Take --detector windowed-gaussian, or shift the series.',
          });
        }
        const score = measurement === undefined ? 0 : series.score(measurement);
        if (score >= SURGE) surges++;
        // Rounded down, so that nothing below 0.5 is written as 0.5.
        return { timestamp, value, anomaly_score: Math.floor(score * SCORE_UNITS) / SCORE_UNITS };
      });
      rows += chunk.length;
      await writer.write(scored);
    }
  });
  return { rows, surges };
}
