import type { HeadConfig, TrainingResult } from '@attune/finetune';
import { withInterrupt } from './interrupt';
import { ProgressLines } from './progress-lines';
import { renderTaskReports } from './report-tables';
import { printJson, printResult } from './terminal';
import { TrainingDisplay } from './training-display';
import type { ProgressFormat, TrainingReporter } from './training-reporter';
import { trainingSummary } from './training-summary';
import { createdBy } from './version';

/** Labels of a report printed after training; the others stand in metrics.json. */
const REPORTED_LABELS = 20;

interface RunOptions {
  /** Folder of the head. */
  out: string;
  /** Continue where an interrupted run stopped. */
  resume: boolean;
  /** Print one line of JSON instead of the reports. */
  json: boolean;
  /** How progress is told on stderr; default text for people. */
  progress?: ProgressFormat;
}

/** Trains a head with live progress on stderr, and prints what came of it to stdout. */
export async function runTraining(config: HeadConfig, { out, resume, json, progress = 'text' }: RunOptions): Promise<void> {
  const [{ assertReplaceable }, { trainHead }] = await Promise.all([import('@attune/artifact'), import('@attune/finetune')]);
  await assertReplaceable(out);
  const display: TrainingReporter = progress === 'json' ? new ProgressLines() : new TrainingDisplay();
  const sayStopping = (): void => display.note('Stopping after this step. Ctrl-C again stops at once.');
  let result: TrainingResult;
  try {
    result = await withInterrupt(sayStopping, (signal) =>
      trainHead(config, { out, resume, signal, createdBy, onEvent: (event) => display.show(event) }),
    );
  } finally {
    display.stop();
  }
  if (json) {
    printJson(trainingSummary(result));
    if (progress === 'json') display.finish(result);
    return;
  }
  printResult(`\n${renderTaskReports(result.validation, 'Validation', REPORTED_LABELS)}`);
  if (result.test !== undefined) printResult(`\n${renderTaskReports(result.test, 'Test', REPORTED_LABELS)}`);
  display.finish(result);
}
