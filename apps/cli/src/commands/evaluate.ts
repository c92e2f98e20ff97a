import { Option, type Command } from 'commander';
import { evaluateModel, predictRows, type EvaluationSource, type SlicedReport } from '../evaluation/evaluate-model';
import { evaluatePairs, matchesTexts } from '../evaluation/evaluate-pairs';
import { evaluationDetails, type EvaluationDetails } from '../evaluation/evaluation-details';
import { renderDetails } from '../evaluation/render-details';
import { servingVersion } from '../evaluation/serving-version';
import { withInterrupt } from '../interrupt';
import { numberOption } from '../option-values';
import { evaluateRankingHead } from '../ranking/evaluate-ranking';
import { renderRanking } from '../ranking/render-ranking';
import { Progress } from '../progress';
import { renderSlices, renderTaskReports } from '../report-tables';
import { formatCount, printJson, printResult } from '../terminal';

interface EvaluateOptions extends Omit<EvaluationSource, 'data'> {
  data?: string;
  /** ranking: file of later events, and of those before them. */
  events?: string;
  history?: string;
  candidates?: string;
  /** Rows of each list to print; true where the option has no number. */
  details?: number | true;
  against?: string;
  json?: boolean;
}

/** Adds `attune evaluate`. */
export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('evaluate a head on labelled rows, or embeddings on queries and their answers')
    .requiredOption('--model <folder>', 'head that attune train wrote')
    .option('--data <file>', 'labelled rows, or pairs: .csv, .tsv, .jsonl or .parquet, plain or .gz')
    .option('--events <file>', 'ranking: later events, columns user, item, ts and optionally type, value')
    .option('--history <file>', 'ranking: the events before them, where the head was exported without')
    .option('--text <column>', 'column of the text; default the one the head was trained on')
    .option('--pair <column>', 'column of the second text of a pair; of a query, of its answer')
    .option('--label <column>', 'column of the label')
    .option('--slice <column>', 'evaluate the rows of each value of this column by themselves, too')
    .option('--task <name>', 'report on this task alone; name a matching task for a file of pairs')
    .option('--candidates <file>', 'matching: further texts among which answers are looked for, in the same columns')
    .option('--details [rows]', 'list errors, confusions and the threshold curve; this many rows of each list', numberOption)
    .option('--against <model>', 'what changed against another version, or an application in a model store; implies --details')
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('fp32'))
    .option('--json', 'print one line of JSON to stdout')
    .action((own: EvaluateOptions) => (own.events === undefined ? evaluate(command, own) : rank({ ...own, events: own.events })));
}

/** Rows of each list of details that are printed where the command line says nothing else. */
const SHOWN_ROWS = 20;

interface Outcome {
  report: SlicedReport;
  details?: EvaluationDetails;
}

async function rank({ model, events, history, json }: EvaluateOptions & { events: string }): Promise<void> {
  const progress = new Progress();
  const report = await withInterrupt(
    () => progress.line('Stopping.'),
    (signal) => evaluateRankingHead({ model, events, history, signal }),
  );
  if (json === true) printJson(report);
  else printResult(renderRanking(report, events));
}

async function evaluate(command: Command, { data, ...others }: EvaluateOptions): Promise<void> {
  if (data === undefined) command.error("required option '--data <file>' not specified (of a ranking, --events <file>)");
  const options = { ...others, data };
  const progress = new Progress();
  let outcome: Outcome;
  try {
    outcome = await withInterrupt(
      () => progress.line('Stopping.'),
      (signal) => {
        const onProgress = (done: number, total: number): void =>
          progress.update({ done, total, detail: `${formatCount(done)} of ${formatCount(total)} rows` });
        return run({ ...options, signal, onProgress });
      },
    );
  } finally {
    progress.stop();
  }
  const { report, details } = outcome;
  if (options.json === true) {
    const { accuracy, microF1, macroF1, weightedF1, perClass, ...others } = report;
    printJson({ accuracy, microF1, macroF1, weightedF1, perClass, ...others, ...(details && { details }) });
    return;
  }
  printResult(renderTaskReports(report, options.data));
  if (report.slices !== undefined) printResult(`\n${renderSlices(report.slices, options.slice ?? 'slice')}`);
  if (details !== undefined) printResult(`\n${renderDetails(details, typeof options.details === 'number' ? options.details : SHOWN_ROWS)}`);
}

type Run = EvaluateOptions & { data: string } & { signal: AbortSignal; onProgress: (done: number, total: number) => void };

async function run(evaluation: Run): Promise<Outcome> {
  const { model, task, details, against } = evaluation;
  const { readManifest } = await import('@attune/artifact');
  if (matchesTexts(await readManifest(model), evaluation)) return { report: await evaluatePairs(evaluation) };
  const formerModel = against === undefined ? undefined : await servingVersion(against);
  const { report, rows } = await evaluateModel(evaluation);
  if (details === undefined && formerModel === undefined) return { report };
  const former = formerModel === undefined ? undefined : await predictRows({ ...evaluation, model: formerModel }, rows.examples);
  return { report, details: await evaluationDetails(rows, task, former) };
}
