import type { Command } from 'commander';
import { renderDataReport } from '../data-report';
import { withInterrupt } from '../interrupt';
import { numberOption } from '../option-values';
import { prepareData, type PrepareOptions } from '../prepare-data';
import { formatCount, printJson, printMessage, printResult } from '../terminal';

/** Adds `attune prepare`. */
export function registerPrepare(program: Command): void {
  program
    .command('prepare')
    .description('check labelled rows and split them into training, validation and test files')
    .requiredOption('--data <file>', 'labelled rows: .csv, .tsv, .jsonl or .parquet, plain or .gz')
    .option('--text <column>', 'column of the text', 'text')
    .option('--pair <column>', 'column of the second text of a pair')
    .option('--label <column>', 'column of the label', 'label')
    .option('--task <name>', 'classification, multi-label or regression', 'classification')
    .option('--validation-share <x>', 'share of the rows for validation', numberOption, 0.1)
    .option('--test-share <x>', 'share of the rows for the test; 0 is none', numberOption, 0.1)
    .option('--group <column>', 'keep rows with equal values in this column together')
    .option('--time <column>', 'order rows by this column: validate and test on the latest')
    .option('--seed <n>', 'seed of the split', numberOption, 42)
    .requiredOption('--out <folder>', 'where the files, a report and a head.yaml for them go')
    .option('--json', 'print one line of JSON to stdout')
    .action(prepare);
}

async function prepare(options: PrepareOptions & { json?: boolean }): Promise<void> {
  const prepared = await withInterrupt(
    () => printMessage('Stopping.'),
    (signal) => prepareData(options, signal),
  );
  if (options.json === true) {
    printJson({ directory: options.out, files: prepared.files, report: prepared.report });
    return;
  }
  printResult(renderDataReport(prepared.report));
  const files = prepared.files.map(({ file, rows }) => `${file} (${formatCount(rows)} rows)`).join(', ');
  printMessage(`\nWrote ${files} and head.yaml to ${options.out}. Next: attune train -c ${options.out}/head.yaml --out MODEL`);
}
