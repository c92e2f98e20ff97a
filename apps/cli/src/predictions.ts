import type { Prediction, TextPrediction } from '@attune/inference';
import { formatScore, resultColours } from './terminal';

interface ColumnOptions {
  /** Columns that the row has already; a prediction never overwrites one. */
  taken: readonly string[];
  /** Between several labels of one cell. */
  separator: string;
  /** Give the probability of every label, too. */
  probabilities: boolean;
}

/** A prediction as `attune predict --json` prints it. */
export function predictionJson(prediction: Prediction): Record<string, unknown> {
  const { label, labels, value, probability, probabilities } = prediction;
  if (value !== undefined) return { value };
  if (labels !== undefined) return { labels, probabilities };
  return { label, probability, probabilities };
}

/** What several tasks say as `attune predict --json` prints it: the first task's prediction, with those of all by name under `tasks`. */
export function tasksJson({ tasks }: TextPrediction): Record<string, unknown> {
  const all = Object.entries(tasks);
  const first = predictionJson(all[0][1]);
  if (all.length === 1) return first;
  return { ...first, tasks: Object.fromEntries(all.map(([name, prediction]) => [name, predictionJson(prediction)])) };
}

/** The columns of {@link predictionColumns} for the first task; each further task has its columns under its own name. */
export function taskColumns({ tasks }: TextPrediction, options: ColumnOptions): Record<string, unknown> {
  const [[, first], ...further] = Object.entries(tasks);
  const columns = predictionColumns(first, options);
  for (const [task, prediction] of further) {
    for (const [name, value] of Object.entries(predictionColumns(prediction, { ...options, taken: [] }))) {
      const isMain = name === 'label' || name === 'labels' || name === 'value';
      columns[freeName(isMain ? task : `${task}${capital(name)}`, options.taken)] = value;
    }
  }
  return columns;
}

/**
 * For people: each task under its name, where there are several.
 *
 * @param shownLabels as of {@link renderPrediction}
 */
export function renderTasks({ tasks }: TextPrediction, shownLabels?: number): string {
  const all = Object.entries(tasks);
  if (all.length === 1) return renderPrediction(all[0][1], shownLabels);
  const { underline } = resultColours();
  return all.map(([name, prediction]) => `${underline(name)}\n${renderPrediction(prediction, shownLabels)}`).join('\n\n');
}

function freeName(name: string, taken: readonly string[]): string {
  return taken.includes(name) ? `predicted${capital(name)}` : name;
}

function capital(name: string): string {
  return `${name[0].toUpperCase()}${name.slice(1)}`;
}

/**
 * The columns that a prediction adds to its row: `label` and `probability`; `labels` and `probability`, that of the
 * least sure one, in a multi-label task; `value` in a regression. A name that the row has already becomes
 * `predictedLabel` and the like.
 */
export function predictionColumns(prediction: Prediction, { taken, separator, probabilities }: ColumnOptions): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  if (prediction.value !== undefined) entries.push(['value', prediction.value]);
  else if (prediction.labels !== undefined) entries.push(['labels', prediction.labels.join(separator)]);
  else entries.push(['label', prediction.label], ['probability', prediction.probability]);
  if (probabilities && prediction.value === undefined) entries.push(['probabilities', prediction.probabilities]);
  return Object.fromEntries(entries.map(([name, value]) => [freeName(name, taken), value]));
}

/**
 * A prediction for people: the likeliest labels with a bar each, or the number.
 *
 * @param shownLabels how many labels to print, more where more are predicted
 */
export function renderPrediction(prediction: Prediction, shownLabels = 5): string {
  const colours = resultColours();
  if (prediction.value !== undefined) return colours.bold(String(prediction.value));
  const chosen = new Set(prediction.labels ?? [prediction.label]);
  const ranked = Object.entries(prediction.probabilities).sort(([, a], [, b]) => b - a);
  const most = ranked.slice(0, Math.max(shownLabels, chosen.size));
  // A label that a rule gives need not be one of the likeliest.
  const shown = [...most, ...ranked.slice(most.length).filter(([label]) => chosen.has(label))];
  const width = Math.max(...shown.map(([label]) => label.length));
  const lines = shown.map(([label, probability]) => {
    const line = `${label.padEnd(width)}  ${formatScore(probability)}  ${'█'.repeat(Math.round(probability * 20))}`.trimEnd();
    return chosen.has(label) ? colours.bold(line) : colours.dim(line);
  });
  return chosen.size === 0 ? ['No label is likely enough.', ...lines].join('\n') : lines.join('\n');
}
