import { Option, type Command } from 'commander';
import { evaluateModel, type EvaluationSource, type SlicedReport } from '../evaluation/evaluate-model';
import { evaluatePairs, matchesTexts } from '../evaluation/evaluate-pairs';
import { withInterrupt } from '../interrupt';
import { Progress } from '../progress';
import { renderSlices, renderTaskReports } from '../report-tables';
import { formatCount, printJson, printResult } from '../terminal';

interface EvaluateOptions extends EvaluationSource {
  candidates?: string;
  json?: boolean;
}

/** Adds `attune evaluate`. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('evaluate a head on labelled rows, or embeddings on queries and their answers')
    .requiredOption('--model <folder>', 'head that attune train wrote')
    .requiredOption('--data <file>', 'labelled rows, or pairs: .csv, .tsv, .jsonl or .parquet, plain or .gz')
    .option('--text <column>', 'column of the text; default the one the head was trained on')
    .option('--pair <column>', 'column of the second text of a pair; of a query, of its answer')
    .option('--label <column>', 'column of the label')
    .option('--slice <column>', 'evaluate the rows of each value of this column by themselves, too')
    .option('--task <name>', 'report on this task alone; name a matching task for a file of pairs')
    .option('--candidates <file>', 'matching: further texts among which answers are looked for, in the same columns')
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('fp32'))
    .option('--json', 'print one line of JSON to stdout')
    .action(evaluate);
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const progress = new Progress();
  let report: SlicedReport;
  try {
    report = await withInterrupt(
      () => progress.line('Stopping.'),
      async (signal) => {
        const onProgress = (done: number, total: number): void =>
          progress.update({ done, total, detail: `${formatCount(done)} of ${formatCount(total)} rows` });
        const { readManifest } = await import('@attune/artifact');
        const isMatching = matchesTexts(await readManifest(options.model), options.task);
        return isMatching ? evaluatePairs({ ...options, signal, onProgress }) : evaluateModel({ ...options, signal, onProgress });
      },
    );
  } finally {
    progress.stop();
  }
  if (options.json === true) {
    const { accuracy, microF1, macroF1, weightedF1, perClass, ...others } = report;
    printJson({ accuracy, microF1, macroF1, weightedF1, perClass, ...others });
  } else {
    printResult(renderTaskReports(report, options.data));
    if (report.slices !== undefined) printResult(`\n${renderSlices(report.slices, options.slice ?? 'slice')}`);
  }
}
