import { join } from 'node:path';
import type { StrategyResult, TrainingEvent } from '@attune/finetune';
import type { Result } from '../write-result';
import { writeDomains } from './clinc150';

export interface ContinualMeasurementOptions {
  /** Folder with data_full.json and domains.json. */
  clinc150: string;
  config: string;
  rowsPerLabel: number;
  strategies: readonly string[];
  /** Whether forward transfer is measured. */
  forwardTransfer: boolean;
  /** For rows and models; a measurement that was stopped goes on. */
  work: string;
  onRun: (message: string) => void;
  command: string;
}

const IGNORED = '–';

/** Learns CLINC150's ten domains one after another by several strategies, beside all at once. */
export async function measureContinual(options: ContinualMeasurementOptions): Promise<Result> {
  const { rowsPerLabel, strategies, onRun } = options;
  const { loadHeadConfig, runStream } = await import('@attune/finetune');
  const files = await writeDomains(options.clinc150, join(options.work, `domains-${rowsPerLabel}`), rowsPerLabel);
  const config = await loadHeadConfig(options.config, [{ flag: '--test', path: 'data.test', value: files.test }]);
  const onEvent = (event: TrainingEvent): void => {
    if (event.type === 'note') onRun(event.message);
  };
  const { tasks, strategies: results } = await runStream(config, {
    files: files.tasks,
    strategies,
    forwardTransfer: options.forwardTransfer,
    out: join(options.work, `stream-${rowsPerLabel}`),
    resume: true,
    signal: new AbortController().signal,
    createdBy: 'attune bench',
    onEvent,
  });
  const joint = results.find(({ strategy }) => strategy === 'joint');
  const rows = tasks.reduce((sum, task) => sum + task.rows, 0);
  return {
    name: 'continual',
    title: 'Ten domains of CLINC150, one after another',
    command: options.command,
    summary:
      `Each of the ${tasks.length} domains brings ${tasks[0].labels} labels that the head did not have, with ${rowsPerLabel} training rows each (${rows} in all); ` +
      `each step goes on from the exported model of the step before. Accuracies are on the test rows (${tasks.reduce((sum, task) => sum + task.testRows, 0)}, in scope) ` +
      'among all labels learned so far, no task being told. Joint training has the rows of all domains at once.',
    columns: ['strategy', 'average accuracy', 'to joint', 'forgetting', 'forward transfer', 'seconds', ...tasks.map(({ name }) => name)],
    rows: results.map((result) => row(result, joint)),
    notes: [
      'Average accuracy: mean over the domains at the end. Forgetting: a domain’s best accuracy before the last step less that at the end, mean over all but the last ' +
        'domain. Forward transfer: accuracy of an output layer fitted to the encoder as it is before a domain is learned, less that on the pretrained encoder.',
      'The columns of domains hold their accuracies at the end, in the order in which they were learned.',
      `Replay keeps ${config.continual.replaySize} rows (${config.continual.replaySampling}), ${config.continual.replayRatio} of them for each new row in an epoch.`,
    ],
  };
}

function row(
  { strategy, averageAccuracy, forgetting, forwardTransfer, seconds, steps }: StrategyResult,
  joint: StrategyResult | undefined,
): string[] {
  const figure = (value: number): string => (Number.isFinite(value) ? value.toFixed(4) : IGNORED);
  const behind = joint === undefined || joint.strategy === strategy ? NaN : averageAccuracy - joint.averageAccuracy;
  const last = steps.at(-1)?.accuracies ?? [];
  return [
    strategy,
    figure(averageAccuracy),
    figure(behind),
    figure(forgetting),
    figure(forwardTransfer),
    seconds.toFixed(0),
    ...last.map((value) => value.toFixed(3)),
  ];
}
