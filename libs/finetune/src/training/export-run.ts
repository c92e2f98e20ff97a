import type { EncoderAdditions, NamedTensor } from '@attune/artifact';
import { FISHER_FILE } from '../continual/fisher';
import { configuredMatching } from '../config/tasks';
import type { EvaluationReport } from '../evaluation/report';
import { renderTrainingCurves } from '../evaluation/training-curves';
import { exportHead, exportTrainedEmbedder, type HeldOutPairs, type TrainedAdapter, type TrainedEncoder } from '../export';
import { keptExamples } from '../export/kept-examples';
import type { Attachment, FurtherTask } from '../export/trained-head';
import type { Calibrated } from './evaluate-run';
import type { TaskCalibration } from './evaluate-tasks';
import type { TrainingHistory } from './events';
import type { Run } from './run';
import { checkpointsOf } from './tune';

/** What is left of a run when its network is gone. */
export interface Tuned {
  weights: Map<string, NamedTensor>;
  /** What the tuner added and could not merge. */
  additions?: EncoderAdditions;
  adapter?: TrainedAdapter;
  /** How much each weight counts for the data so far, where that is to be kept. */
  fisher?: Map<string, NamedTensor>;
  history: TrainingHistory;
  calibrated: Calibrated;
  test?: EvaluationReport;
  trainableParameters: number;
  totalParameters: number;
  /** Whether the validation report is of texts that were not labelled rows, and so measures nothing. */
  unmeasured?: boolean;
}

/** Writes the model directory of a run, and forgets what was kept for going on with it. */
export async function exportRun(
  run: Run,
  { weights, additions, adapter, fisher, history, calibrated, test, unmeasured }: Tuned,
): Promise<void> {
  const { config, options, encoder, dataset, validation, maxLength } = run;
  const { id, hash, directory, config: encoderConfig, sourceConfig } = encoder;
  const trained: TrainedEncoder = {
    encoder: { id, hash, directory, config: { ...encoderConfig, ...(additions && { additions }) }, sourceConfig },
    weights,
    ...(adapter ? { adapter } : {}),
    normalization: config.normalization,
    maxLength,
    reports: { validation: calibrated.report, ...(test ? { test } : {}) },
    ...(unmeasured && { unmeasured }),
    history,
    dataFingerprint: { ...dataset.fingerprint },
    ...(run.previous && { lineage: run.previous.lineage }),
    config,
  };
  const common = {
    out: options.out,
    int8: config.export.int8,
    createdBy: options.createdBy ?? 'attune',
    attachments: new Map<string, Attachment>([
      ...(history.losses.length > 0 ? [['curves.svg', await renderTrainingCurves(history)] as const] : []),
      ...(fisher ? [[FISHER_FILE, fisher] as const] : []),
    ]),
  };
  const pairs = heldOutPairs(run, calibrated);
  const [head, ...furtherHeads] = dataset.heads;
  if (dataset.heads.length === 0) {
    await exportTrainedEmbedder(trained, { ...common, heldOut: pairs ?? NO_PAIRS });
  } else {
    const { logits } = calibrated.outputs;
    const [{ temperature, ...first }, ...further] = calibrated.tasks.map(exported);
    await exportHead(
      {
        ...trained,
        head,
        calibration: { temperature },
        ...first,
        further: furtherHeads.map((shape, place) => ({ head: shape, ...further[place] })),
        // What matching trained is what it is wanted for.
        embedding: config.export.embedding || configuredMatching(config) !== undefined,
      },
      {
        ...common,
        heldOut: { examples: validation, logits, ...(pairs && { pairs }) },
        ...(config.export.examples > 0 && { examples: keptExamples(dataset.train, run.train, config.export.examples) }),
      },
    );
  }
  await checkpointsOf(options.out).clear();
}

/** What serving needs of a calibration. */
function exported({ outOfScope, ...calibration }: TaskCalibration): Omit<FurtherTask, 'head'> {
  const scopeRule = outOfScope?.rule;
  return { ...calibration, ...(scopeRule && { scopeRule }) };
}

const NO_PAIRS: HeldOutPairs = {
  queries: [],
  candidates: [],
  vectors: { queries: new Float32Array(0), candidates: new Float32Array(0), width: 1, right: [] },
};

function heldOutPairs({ matching }: Run, { outputs }: Calibrated): HeldOutPairs | undefined {
  if (matching === undefined || outputs.matching === undefined) return undefined;
  return { queries: matching.validation.queries, candidates: matching.candidates, vectors: outputs.matching };
}
