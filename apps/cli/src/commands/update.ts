import { Option, type Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { keyValueOption, numberOption, wholeNumberOption, type KeyValue } from '../option-values';
import { ProgressLines } from '../progress-lines';
import { renderTable } from '../report-tables';
import { formatScore, printJson, printResult, resultColours } from '../terminal';
import { TrainingDisplay } from '../training-display';
import { PROGRESS_FORMATS, type ProgressFormat } from '../training-reporter';
import { describeFault } from '../update/gate';
import { runUpdate, type UpdateResult } from '../update/run-update';
import { folderPlace, storePlace, writeReport } from '../update/update-place';

interface UpdateOptions {
  models?: string;
  config?: string;
  data: string[];
  replay: string[];
  golden?: string;
  recent?: string;
  shadow?: string;
  tolerance: number;
  classTolerance: number;
  leastSupport: number;
  calibrationTolerance: number;
  slowdown: number;
  set?: readonly KeyValue[];
  name?: string;
  promote?: boolean;
  from?: string;
  out?: string;
  report?: string;
  precision: 'fp32' | 'int8';
  json?: boolean;
  progress: ProgressFormat;
}

/** Adds `attune update`. */
export function registerUpdate(program: Command): void {
  program
    .command('update')
    .description('go on from the version that serves with new rows; the outcome is stored only if it is not worse')
    .argument('<app>', 'application in the model store')
    .requiredOption('--data <files...>', 'new rows, such as corrections that were approved')
    .option('--replay <files...>', 'earlier rows, of which some are trained on again, so that they are not forgotten', [])
    .option('--golden <file>', 'labelled rows that both versions are judged by: the same at every update')
    .option('--recent <file>', 'labelled rows of late that both are judged by, too')
    .option('--shadow <file>', 'texts without labels that both score: where they differ is told')
    .option('-c, --config <head.yaml>', 'configuration; default the one that the serving version was trained with')
    .addOption(new Option('--set <key=value>', 'set any key of head.yaml, by its path; may be repeated').argParser(keyValueOption))
    .addOption(new Option('--tolerance <x>', 'by how much a score may fall').argParser(numberOption).default(0.005))
    .addOption(new Option('--class-tolerance <x>', "by how much a label's F1 may fall").argParser(numberOption).default(0.1))
    .addOption(new Option('--least-support <n>', 'rows that a label needs for that').argParser(wholeNumberOption(1, 1_000_000)).default(20))
    .addOption(
      new Option('--calibration-tolerance <x>', 'by how much the calibration error may rise').argParser(numberOption).default(0.02),
    )
    .addOption(new Option('--slowdown <x>', 'how many times as long a text may take').argParser(numberOption).default(1.25))
    .option('--name <version>', 'name of the new version; default by time')
    .option('--promote', 'let it serve at once where it passes')
    .option('--models <store>', 'the model store: a folder, or s3://bucket/prefix (default: ATTUNE_MODELS, else models)')
    .addOption(
      new Option('--from <folder>', 'go on from a model in a folder, whose name is its version, and leave the model store alone').conflicts(
        ['models', 'promote'],
      ),
    )
    .option('--out <folder>', 'with --from: where the outcome goes if it is not worse')
    .option('--report <file>', 'write what was judged as JSON, whether it passes or not')
    .addOption(new Option('--precision <name>', 'which of the two ONNX files is judged').choices(['fp32', 'int8']).default('int8'))
    .option('--json', 'print one line of JSON to stdout')
    .addOption(new Option('--progress <format>', 'progress on stderr').choices(PROGRESS_FORMATS).default('text'))
    .action((app: string, options: UpdateOptions) => update(app, options));
}

async function update(app: string, options: UpdateOptions): Promise<void> {
  const { AttuneError } = await import('@attune/artifact');
  const { golden, recent, shadow, data, replay, config, name, precision } = options;
  if (golden === undefined && recent === undefined) {
    throw new AttuneError('wrong-use', 'There is nothing to judge the update by.', {
      remedy: 'Name labelled rows with --golden, --recent or both.',
    });
  }
  if ((options.from === undefined) !== (options.out === undefined)) {
    throw new AttuneError('wrong-use', '--from and --out go together.', { remedy: 'Name both folders, or neither.' });
  }
  const display = options.progress === 'json' ? new ProgressLines() : new TrainingDisplay();
  const { from, out, models, promote = false } = options;
  const place = from === undefined || out === undefined ? await storePlace(app, { models, promote }) : await folderPlace(from, out);
  const { tolerance, classTolerance, leastSupport, calibrationTolerance, slowdown } = options;
  const request = {
    app,
    ...place,
    config,
    flags: (options.set ?? []).map(({ key, value }) => ({ flag: `--set ${key}`, path: key, value })),
    data,
    replay,
    sets: { ...(golden !== undefined && { golden }), ...(recent !== undefined && { recent }) },
    shadow,
    limits: { tolerance, classTolerance, leastSupport, calibrationTolerance, slowdown },
    version: name,
    precision,
  };
  const result = await withInterrupt(
    () => display.note('Stopping after this step. Ctrl-C again stops at once.'),
    (signal) =>
      runUpdate(request, { onEvent: (event) => display.show(event), onPhase: (name) => display.show({ type: 'phase', name }) }, signal),
  ).finally(() => display.stop());
  if (options.report !== undefined) await writeReport(options.report, result);
  if (options.json === true) printJson(result);
  else printResult(render(result, options.out));
  if (result.faults.length === 0) return;
  throw new AttuneError('update-refused', `The update of ${app} is worse than ${result.serving}, which serves on.`, {
    remedy: result.faults.map(describeFault).join('\n'),
  });
}

function render({ app, serving, version, sets, shadow, stored, promoted }: UpdateResult, out: string | undefined): string {
  const rows = sets.flatMap(({ set, serving: before, updated }) =>
    Object.entries(updated).map(([task, after]) => [
      `${set}, ${task}`,
      String(after.rows),
      formatScore(before[task]?.score),
      formatScore(after.score),
      formatScore(before[task]?.calibrationError),
      formatScore(after.calibrationError),
    ]),
  );
  const table = renderTable(['rows of', 'rows', serving, version, 'calibration error', 'updated'], rows);
  const differences = Object.entries(shadow?.tasks ?? {}).map(
    ([task, { changed, meanDistance }]) =>
      `${task}: ${(100 * changed).toFixed(1)} % of ${shadow?.texts ?? 0} texts get another label; probabilities differ by ${meanDistance.toFixed(3)}.`,
  );
  const { green } = resultColours();
  const end = promoted
    ? [green(`${app}/${version} serves.`)]
    : stored
      ? [
          out === undefined
            ? `${green(`${app}/${version} is stored.`)} It serves after: attune models promote ${app} ${version}`
            : green(`It is in ${out}.`),
        ]
      : [];
  return [`\n${table}`, ...differences, ...end].join('\n');
}
