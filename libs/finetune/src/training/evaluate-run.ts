import { configuredTasks } from '../config/tasks';
import { evaluateMatching, type MatchingVectors } from '../evaluation/matching-report';
import type { EvaluationReport } from '../evaluation/report';
import { hostProduct } from '../native/host-product';
import type { TrainableNetwork } from '../network/trainable-network';
import { embedExamples } from './embed-examples';
import { logitsOf, targetsOf } from './evaluate-network';
import { calibrateTasks, evaluateTasks, type TaskCalibration } from './evaluate-tasks';
import { passOptions, type Run } from './run';

/** What a network says about the rows of a split. */
export interface SplitOutputs {
  /** `[rows × outputs]` of all heads side by side; empty where there are no heads. */
  logits: Float32Array;
  /** Vectors of the pairs, where the split has any. */
  matching?: MatchingVectors;
}

/** What calibration found on the validation rows. */
export interface Calibrated {
  outputs: SplitOutputs;
  /** One a head. */
  tasks: TaskCalibration[];
  report: EvaluationReport;
}

type Split = 'validation' | 'test';

/**
 * Calibrates the heads on the validation rows, and reports on these.
 *
 * @param known what the network says about them, where that was computed already
 */
export async function calibrateRun(run: Run, network: TrainableNetwork, known?: SplitOutputs): Promise<Calibrated> {
  const outputs = known ?? (await outputsOn(run, network, 'validation'));
  const tasks = calibrateTasks(run.layout, outputs.logits, targetsOf(run.validation), configuredTasks(run.config));
  return { outputs, tasks, report: reportOn(run, network, 'validation', outputs, tasks) };
}

/** The report of the test rows; undefined where there are none. */
export async function evaluateTest(run: Run, network: TrainableNetwork, tasks: TaskCalibration[]): Promise<EvaluationReport | undefined> {
  if (run.test === undefined && run.matching?.test === undefined) return undefined;
  return reportOn(run, network, 'test', await outputsOn(run, network, 'test'), tasks);
}

/** What the network says about the validation rows as training goes on, and the report of that, without calibration. */
export async function evaluateValidation(
  run: Run,
  network: TrainableNetwork,
): Promise<{ outputs: SplitOutputs; report: EvaluationReport }> {
  const outputs = await outputsOn(run, network, 'validation');
  return { outputs, report: reportOn(run, network, 'validation', outputs) };
}

async function outputsOn(run: Run, network: TrainableNetwork, split: Split): Promise<SplitOutputs> {
  const { layout, encoder, matching } = run;
  const { hiddenSize: width } = encoder.config;
  const passes = passOptions(run);
  const rows = run[split] ?? [];
  const logits = layout.heads.length === 0 ? new Float32Array(0) : await logitsOf(network, layout, rows, passes);
  const own = matching?.[split];
  if (matching === undefined || own === undefined) return { logits };
  const embedder = { network, width, ...passes };
  const queries = await embedExamples(embedder, own.queries);
  const candidates = await embedExamples(embedder, matching.candidates);
  return { logits, matching: { queries, candidates, width, right: own.right } };
}

function reportOn(
  run: Run,
  network: TrainableNetwork,
  split: Split,
  { logits, matching }: SplitOutputs,
  tasks: TaskCalibration[] = [],
): EvaluationReport {
  const { layout, matching: own } = run;
  const rows = run[split] ?? [];
  const heads = layout.heads.length > 0 && rows.length > 0 ? evaluateTasks(layout, logits, targetsOf(rows), tasks) : undefined;
  if (own === undefined || matching === undefined) return withoutAny(heads);
  const { name = 'matching', loss } = own.task;
  const report = evaluateMatching(matching, { temperature: loss.temperature, matmul: hostProduct(network.kernels) });
  if (layout.heads.length === 0) return report;
  const first = layout.heads[0].head.name ?? 'head';
  const reports = { ...(heads && (heads.tasks ?? { [first]: heads })), [name]: report };
  return { ...(heads ?? report), tasks: reports };
}

function withoutAny(report: EvaluationReport | undefined): EvaluationReport {
  if (report === undefined) throw new RangeError('there are no rows to evaluate on');
  return report;
}
