import { AttuneError, type HeadShape } from '@attune/artifact';
import type { ConfiguredTask } from '../config/tasks';
import { expandLabels, previousHead } from '../continual/expand-heads';
import type { Example } from './example';
import { checkKnownLabels, collectLabels, examplesOfTask, labelsIn, type ExamplesOfFile } from './labels';

/** Name under which an example keeps the label of a task: none for the first. */
export function labelKeyOf(tasks: readonly ConfiguredTask[], place: number): string | undefined {
  return place === 0 ? undefined : tasks[place].name;
}

/**
 * The heads that training rows ask for, one a task, their labels in the order of the outputs: those of the head that it goes on from, then
 * those that are new.
 *
 * @param previous heads to go on from
 * @throws AttuneError `bad-data` as `collectLabels` does, and where a task has no labelled row at all
 */
export function headsOf(tasks: readonly ConfiguredTask[], source: ExamplesOfFile, previous: readonly HeadShape[] = []): HeadShape[] {
  return tasks.map((task, place) => {
    const labelled = { ...source, examples: labelledFor(tasks, place, source.examples) };
    const earlier = previousHead(task, previous);
    if (labelled.examples.length === 0 && earlier === undefined) {
      throw new AttuneError('bad-data', `${source.path}: no row has a label for ${task.name ?? 'the task'} in column "${task.label}".`, {
        remedy: "Check the task's label column.",
      });
    }
    const labels = earlier === undefined ? collectLabels(labelled, task.type, task.label) : grownLabels(earlier, labelled);
    checkOutOfScope(task, labels, source.path);
    return { ...(task.name !== undefined && { name: task.name }), task: task.type, pooling: task.pooling, labels };
  });
}

function grownLabels({ task, labels }: HeadShape, { examples }: ExamplesOfFile): string[] {
  return task === 'regression' ? labels : expandLabels(labels, labelsIn(examples));
}

/** A label that no row has is a slip of the pen, or belongs to other data. */
function checkOutOfScope({ name, outOfScope }: ConfiguredTask, labels: readonly string[], path: string): void {
  if (outOfScope === undefined || labels.includes(outOfScope.label)) return;
  const { label } = outOfScope;
  throw new AttuneError('bad-config', `${path}: no row has the label "${label}" that ${name ?? 'the task'} has for texts out of scope.`, {
    remedy: 'Correct outOfScope.label in head.yaml, or leave outOfScope out.',
  });
}

/** Checks that a file holds no label that training does not know, task by task. */
export function checkKnownLabelsOfTasks(tasks: readonly ConfiguredTask[], heads: readonly HeadShape[], file: ExamplesOfFile): void {
  tasks.forEach((_, place) => {
    checkKnownLabels({ ...file, examples: labelledFor(tasks, place, file.examples) }, heads[place].labels, heads[place].task);
  });
}

/** With a single task every row is labelled, and is taken as it is. */
export function labelledFor(tasks: readonly ConfiguredTask[], place: number, examples: readonly Example[]): Example[] {
  return tasks.length === 1 ? [...examples] : examplesOfTask(examples, labelKeyOf(tasks, place));
}

/**
 * Training rows with, for tasks whose labels are about the text alone, each text of a pair once more without its second text: so what
 * they learn does not hang on the pair. Such a row has the labels of these tasks only. A text that stands as a single row already
 * gets none.
 */
export function withSingleTexts(tasks: readonly ConfiguredTask[], examples: readonly Example[]): Example[] {
  const ignoring = tasks.filter(({ ignoresPair }) => ignoresPair);
  if (ignoring.length === 0) return [...examples];
  const single = new Set(examples.filter(({ pair }) => pair === undefined).map(({ text }) => text));
  const added: Example[] = [];
  for (const example of examples) {
    if (example.pair === undefined || single.has(example.text)) continue;
    const copy = withoutPair(tasks, example);
    if (copy === undefined) continue;
    single.add(example.text);
    added.push(copy);
  }
  return [...examples, ...added];
}

function withoutPair(tasks: readonly ConfiguredTask[], example: Example): Example | undefined {
  const { pair: _pair, label, otherLabels = {}, ...rest } = example;
  const kept = tasks.slice(1).flatMap(({ name = '', ignoresPair }) => {
    const other = otherLabels[name];
    return ignoresPair && other !== undefined ? [[name, other] as const] : [];
  });
  const keepsFirst = tasks[0].ignoresPair && label !== undefined;
  if (!keepsFirst && kept.length === 0) return undefined;
  return { ...rest, ...(keepsFirst && { label }), ...(kept.length > 0 && { otherLabels: Object.fromEntries(kept) }) };
}
