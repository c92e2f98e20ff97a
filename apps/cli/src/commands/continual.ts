import { Option, type Command } from 'commander';
import type { StreamResult } from '@attune/finetune';
import { withInterrupt } from '../interrupt';
import { keyValueOption, type KeyValue } from '../option-values';
import { ProgressLines } from '../progress-lines';
import { renderTable } from '../report-tables';
import { formatDuration, formatScore, printJson, printResult } from '../terminal';
import { TrainingDisplay } from '../training-display';
import { PROGRESS_FORMATS, type ProgressFormat } from '../training-reporter';
import { createdBy } from '../version';

interface ContinualOptions {
  readonly config?: string;
  readonly tasks: readonly string[];
  readonly test?: string;
  readonly tests?: readonly string[];
  readonly strategies?: readonly string[];
  readonly forwardTransfer: boolean;
  readonly repeatedLabels?: boolean;
  readonly set?: readonly KeyValue[];
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly progress: ProgressFormat;
}

/** `attune continual`: how much is forgotten when labels come one task after the other, by several strategies. */
export function registerContinual(program: Command): void {
  program
    .command('continual')
    .description('learn tasks with labels of their own one after the other, and measure what is forgotten')
    .option('-c, --config <head.yaml>', 'configuration; its section continual has the strengths of the strategies')
    .requiredOption('--tasks <files...>', 'training rows, a file a task, in the order in which they come')
    .addOption(new Option('--test <file>', 'test rows of all tasks, which are parted by their labels').conflicts('tests'))
    .option('--tests <files...>', 'test rows, a file a task in the same order')
    .option(
      '--strategies <names>',
      'joined by commas: naive, joint, or ways put together with +: replay, ewc, l2-sp, lwf (default: naive,replay,ewc,lwf,replay+lwf,joint)',
      (text) => text.split(',').map((name) => name.trim()),
    )
    .option('--no-forward-transfer', 'do not measure what earlier tasks do for a later one, which fits an output layer before each')
    .option('--repeated-labels', 'a task may have rows with labels of an earlier one')
    .addOption(new Option('--set <key=value>', 'set any key of head.yaml, by its path; may be repeated').argParser(keyValueOption))
    .requiredOption('--out <folder>', "where the measurements go, and each strategy's last model")
    .option('--resume', 'go on with an interrupted stream of the same configuration and tasks')
    .option('--json', 'print one line of JSON to stdout')
    .addOption(
      new Option('--progress <format>', 'progress on stderr: text for people, or json, an object a line for programs')
        .choices(PROGRESS_FORMATS)
        .default('text'),
    )
    .action(continual);
}

async function continual({ config: file, set = [], test, json = false, progress, ...options }: ContinualOptions): Promise<void> {
  const { loadHeadConfig, runStream, DEFAULT_STRATEGIES } = await import('@attune/finetune');
  const flags = set.map(({ key, value }) => ({ flag: `--set ${key}`, path: key, value }));
  const config = await loadHeadConfig(file, [
    ...flags,
    ...(test === undefined ? [] : [{ flag: '--test', path: 'data.test', value: test }]),
  ]);
  const display = progress === 'json' ? new ProgressLines() : new TrainingDisplay();
  let result: StreamResult;
  try {
    result = await withInterrupt(
      () => display.note('Stopping after this step. Ctrl-C again stops at once.'),
      (signal) =>
        runStream(config, {
          files: options.tasks,
          ...(options.tests !== undefined && { tests: options.tests }),
          strategies: options.strategies ?? DEFAULT_STRATEGIES,
          forwardTransfer: options.forwardTransfer,
          repeatedLabels: options.repeatedLabels ?? false,
          out: options.out,
          resume: options.resume ?? false,
          signal,
          createdBy,
          onEvent: (event) => display.show(event),
        }),
    );
  } finally {
    display.stop();
  }
  if (json) printJson(result);
  else printResult(`\n${renderStream(result)}`);
}

/** A table of the strategies, and one of the tasks. */
function renderStream({ tasks, strategies }: StreamResult): string {
  const overall = renderTable(
    ['strategy', 'average accuracy', 'all rows', 'forgetting', 'forward transfer', 'time'],
    strategies.map((one) => [
      one.strategy,
      ...[one.averageAccuracy, one.accuracy, one.forgetting, one.forwardTransfer].map(formatScore),
      formatDuration(one.seconds),
    ]),
  );
  const byTask = renderTable(
    ['accuracy at the end', 'labels', ...strategies.map(({ strategy }) => strategy)],
    tasks.map(({ name, labels }, place) => [
      name,
      String(labels),
      ...strategies.map(({ steps }) => formatScore(steps.at(-1)?.accuracies[place])),
    ]),
  );
  return `${overall}\n\n${byTask}`;
}
