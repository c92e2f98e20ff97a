import type { EvaluationReport, TrainingResult } from '@attune/finetune';

/** What `attune train --json` prints: where the head is, how good it is, and what that took. */
export interface TrainingSummary {
  directory: string;
  task: EvaluationReport['task'];
  /** Single figures on the test rows, or on the validation rows where there are no test rows. */
  metrics: Record<string, number>;
  validation: Record<string, number>;
  test?: Record<string, number>;
  seconds: number;
  /** Of several tasks the figures of each; those above are the first one's. */
  tasks?: Record<string, { task: EvaluationReport['task']; validation: Record<string, number>; test?: Record<string, number> }>;
  trainableParameters: number;
  totalParameters: number;
}

/** The result of a training run without its tables, which stand in metrics.json. */
export function trainingSummary(result: TrainingResult): TrainingSummary {
  const validation = singleFigures(result.validation);
  const test = result.test === undefined ? undefined : singleFigures(result.test);
  return {
    directory: result.directory,
    task: result.validation.task,
    metrics: test ?? validation,
    validation,
    ...(test === undefined ? {} : { test }),
    ...taskFigures(result),
    seconds: result.seconds,
    trainableParameters: result.trainableParameters,
    totalParameters: result.totalParameters,
  };
}

function taskFigures({ validation, test }: TrainingResult): Pick<TrainingSummary, 'tasks'> {
  if (validation.tasks === undefined) return {};
  const tasks = Object.entries(validation.tasks).map(([name, report]) => {
    const tested = test?.tasks?.[name];
    return [name, { task: report.task, validation: singleFigures(report), ...(tested && { test: singleFigures(tested) }) }] as const;
  });
  return { tasks: Object.fromEntries(tasks) };
}

function singleFigures(report: EvaluationReport): Record<string, number> {
  return Object.fromEntries(Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}
