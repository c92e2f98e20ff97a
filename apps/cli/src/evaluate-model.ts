import type { ManifestTask } from '@attune/artifact';
import type { EvaluationReport, Example } from '@attune/finetune';
import { trainedColumns } from './model-columns';

interface Evaluation {
  /** Folder of the head. */
  model: string;
  /** File of labelled rows. */
  data: string;
  text?: string;
  pair?: string;
  label?: string;
  precision: 'fp32' | 'int8';
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

const CHUNK_ROWS = 512;

/** Texts reach the predictor as they stand in the file: it cleans them as the model's manifest says. */
const AS_IT_STANDS = {
  unicode: 'none',
  controlCharacters: false,
  html: false,
  whitespace: false,
  maskUrls: false,
  maskMentions: false,
} as const;

/**
 * Runs a head over labelled rows with ONNX Runtime, and evaluates what it says.
 *
 * @throws AttuneError for a folder that holds no head, and for rows that cannot be read or have a label that the head does not know
 */
export async function evaluateModel(evaluation: Evaluation): Promise<EvaluationReport> {
  const [{ AttuneError, readManifest }, finetune, { Predictor }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
    import('@attune/inference'),
  ]);
  const manifest = await readManifest(evaluation.model);
  const task = manifest.tasks.at(0);
  if (task === undefined) {
    throw new AttuneError('bad-model', `${evaluation.model} embeds texts and has no labels to evaluate.`, {
      remedy: 'Name a head that attune train wrote.',
    });
  }
  const trained = await trainedColumns(evaluation.model);
  const pair = evaluation.pair ?? trained.pair;
  const columns = {
    text: evaluation.text ?? trained.text ?? 'text',
    label: evaluation.label ?? trained.label ?? 'label',
    ...(pair === undefined ? {} : { pair }),
  };
  const loaded = await finetune.loadExamples(evaluation.data, columns, {
    task: task.type,
    labelSeparator: trained.labelSeparator,
    normalization: AS_IT_STANDS,
    signal: evaluation.signal,
  });
  finetune.checkKnownLabels(loaded, task.labels, task.type);
  const predictor = await Predictor.open(evaluation.model, { precision: evaluation.precision });
  try {
    const logits: number[] = [];
    for (let start = 0; start < loaded.examples.length; start += CHUNK_ROWS) {
      evaluation.signal.throwIfAborted();
      const predictions = await predictor.predict(loaded.examples.slice(start, start + CHUNK_ROWS));
      for (const prediction of predictions) logits.push(...prediction.logits);
      evaluation.onProgress(Math.min(start + CHUNK_ROWS, loaded.examples.length), loaded.examples.length);
    }
    return report(finetune, task, logits, loaded.examples);
  } finally {
    await predictor.close();
  }
}

type Evaluators = Pick<typeof import('@attune/finetune'), 'evaluateClassification' | 'evaluateMultiLabel' | 'evaluateRegression'>;

function report(evaluators: Evaluators, task: ManifestTask, logits: readonly number[], examples: readonly Example[]): EvaluationReport {
  const { temperature } = task.calibration;
  const indexOf = new Map(task.labels.map((label, index) => [label, index]));
  switch (task.type) {
    case 'classification': {
      const targets = examples.map(({ label }) => indexOf.get(String(label)) ?? 0);
      return evaluators.evaluateClassification(logits, targets, task.labels, { temperature });
    }
    case 'multi-label': {
      const targets = examples.flatMap(({ label }) => task.labels.map((name) => (Array.isArray(label) && label.includes(name) ? 1 : 0)));
      const thresholds = task.labels.map((label) => task.thresholds?.[label] ?? 0.5);
      return evaluators.evaluateMultiLabel(logits, targets, task.labels, { temperature, thresholds });
    }
    case 'regression':
      return evaluators.evaluateRegression(
        logits,
        examples.map(({ label }) => Number(label)),
      );
  }
}
