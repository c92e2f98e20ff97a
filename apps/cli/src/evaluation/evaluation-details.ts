import type { ManifestTask } from '@attune/artifact';
import type { AnswerPoint, ScopePoint } from '@attune/finetune';
import { classifiedRows, logitsOfRow, type EvaluatedRows } from './evaluate-model';
import { changesBetween, confusionsOf, errorsOf, verdictsOf, type Changes, type Confusion, type RowVerdict } from './row-verdicts';

/** A classification looked at row by row, before it goes live. */
export interface EvaluationDetails {
  /** Name of the task. */
  task: string;
  /** All wrong rows, the surest first. */
  errors: RowVerdict[];
  confusions: Confusion[];
  /** What comes of answering from a probability on. */
  answerCurve: AnswerPoint[];
  /** Of a head with a label for texts out of scope: what comes of a threshold on its score. */
  scopeCurve?: ScopePoint[];
  against?: { model: string; accuracy: { before: number; now: number } } & Changes;
}

/**
 * Looks closely at the classification that was asked for, or at the first one.
 *
 * @param former what another version says of the same rows
 * @throws AttuneError `wrong-use` where a head has no such classification
 */
export async function evaluationDetails(rows: EvaluatedRows, name: string | undefined, former?: EvaluatedRows): Promise<EvaluationDetails> {
  const [{ AttuneError, interpretLogits }, { answerCurve, scopeCurve }, classified] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
    classifiedRows(rows, name),
  ]);
  const none = (model: string): Error =>
    new AttuneError('wrong-use', `${model} has no classification${name === undefined ? '' : ` "${name}"`} to look at row by row.`, {
      remedy: 'Leave out --details and --against.',
    });
  if (classified === undefined) throw none(rows.model);
  const { task, examples } = classified;
  const verdicts = verdictsOf(interpretLogits, task, examples, (example) => logitsOfRow(rows, example, task));
  const details = { task: task.name, errors: errorsOf(verdicts), confusions: confusionsOf(verdicts) };
  const { labels, calibration, outOfScope } = task;
  const { temperature } = calibration;
  const logits = examples.flatMap((example) => [...logitsOfRow(rows, example, task)]);
  const targets = examples.map(({ label }) => labels.indexOf(String(label)));
  const curves = {
    answerCurve: answerCurve(logits, targets, labels.length, temperature),
    ...(outOfScope && { scopeCurve: scopeCurve({ logits, targets, labels, temperature }, outOfScope) }),
  };
  if (former === undefined) return { ...details, ...curves };
  const formerTask = sameTask(former.tasks, task.name);
  if (formerTask === undefined) throw none(former.model);
  const before = verdictsOf(interpretLogits, formerTask, examples, (example) => logitsOfRow(former, example, formerTask));
  const accuracy = { before: shareRight(before), now: shareRight(verdicts) };
  return { ...details, ...curves, against: { model: former.model, accuracy, ...changesBetween(before, verdicts) } };
}

/** The other version's classification of the same name, or its first. */
function sameTask(tasks: readonly ManifestTask[], name: string): ManifestTask | undefined {
  const classifications = tasks.filter(({ type }) => type === 'classification');
  return classifications.find((task) => task.name === name) ?? classifications.at(0);
}

function shareRight(verdicts: readonly RowVerdict[]): number {
  return verdicts.filter(({ label, predicted }) => label === predicted).length / verdicts.length;
}
