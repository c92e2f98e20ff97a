import { findDuplicates, type DuplicateReport, type SplitExamples, type SplitName } from './duplicates';
import type { TaskType } from '../config/head-config';
import type { Example } from './example';
import { labelsOf } from './labels';

/** Five points of a distribution, and its mean. */
export interface Distribution {
  min: number;
  median: number;
  mean: number;
  p95: number;
  max: number;
}

/** One split in figures. */
export interface SplitSummary {
  name: SplitName;
  path: string;
  rows: number;
  /** Most frequent first; empty for a regression. `share` is of the rows. */
  labels: { label: string; rows: number; share: number }[];
  /** Of a regression's numbers. */
  values?: Distribution;
  /** Characters of the normalised texts; both of a pair. */
  characters: Distribution;
}

/** What a person should know about a data set before training on it. */
export interface DataReport {
  task: TaskType;
  splits: SplitSummary[];
  duplicates: DuplicateReport;
  /** Exact duplicates that training leaves out. */
  droppedDuplicates: number;
  /** Findings worth a look, as sentences. */
  notices: string[];
}

/** What the report cannot see in the examples themselves. */
export interface ReportOptions {
  task: TaskType;
  labels: string[];
  droppedDuplicates: number;
  /** Look for near-duplicates, too. */
  nearDuplicates: boolean;
  /** Notices of the loading, put first. */
  notices: string[];
}

/** A class with this many times fewer rows than the largest is worth a notice. */
const NOTABLE_IMBALANCE = 20;

function distributionOf(numbers: number[]): Distribution {
  const sorted = Float64Array.from(numbers).sort();
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { min: sorted[0], median: quantile(0.5), mean, p95: quantile(0.95), max: sorted[sorted.length - 1] };
}

function countLabels(examples: Example[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const example of examples) for (const label of labelsOf(example)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function summarise({ name, path, examples }: SplitExamples, task: TaskType): SplitSummary {
  const rows = examples.length;
  const labels = [...countLabels(examples)].map(([label, count]) => ({ label, rows: count, share: count / rows }));
  labels.sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1));
  const summary: SplitSummary = {
    name,
    path,
    rows,
    labels,
    characters: distributionOf(examples.map(({ text, pair }) => text.length + (pair?.length ?? 0))),
  };
  if (task === 'regression') summary.values = distributionOf(examples.map(({ label }) => Number(label)));
  return summary;
}

function alikeLabels(labels: string[]): string[] {
  const seen = new Map<string, string>();
  const alike: string[] = [];
  for (const label of labels) {
    const folded = label.toLowerCase().replace(/\s+/g, ' ');
    const other = seen.get(folded);
    if (other !== undefined) alike.push(`"${other}" and "${label}"`);
    else seen.set(folded, label);
  }
  return alike.length > 0 ? [`Labels that differ only in case or spaces: ${alike.slice(0, 5).join(', ')}.`] : [];
}

function labelNotices(splits: SplitSummary[], { task, labels }: ReportOptions): string[] {
  if (task === 'regression' || task === 'matching' || splits.length === 0) return [];
  const notices: string[] = [];
  const train = splits[0];
  const largest = train.labels[0];
  const smallest = train.labels.at(-1);
  if (largest && smallest && largest.rows > NOTABLE_IMBALANCE * smallest.rows) {
    notices.push(
      `Classes are uneven: "${largest.label}" has ${largest.rows} rows, "${smallest.label}" ${smallest.rows}; consider loss.classWeights: balanced.`,
    );
  }
  if (labels.length > train.rows / 2 && train.rows > 10) {
    const isNumeric = labels.every((label) => Number.isFinite(Number(label)));
    notices.push(
      `There are ${labels.length} labels for ${train.rows} rows; ${isNumeric ? 'if they are measured numbers, use task regression' : 'is this the right label column?'}`,
    );
  }
  notices.push(...alikeLabels(labels));
  for (const split of splits) {
    const present = new Set(split.labels.map(({ label }) => label));
    const absent = labels.filter((label) => !present.has(label));
    if (absent.length > 0)
      notices.push(
        `${absent.length} of ${labels.length} labels do not occur in ${split.name}: ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ', …' : ''}.`,
      );
  }
  return notices;
}

function duplicateNotices(duplicates: DuplicateReport, droppedDuplicates: number): string[] {
  const notices: string[] = [];
  if (droppedDuplicates > 0) notices.push(`${droppedDuplicates} training rows repeat an earlier one, label and all; they are left out.`);
  for (const { split, of, exact, near } of duplicates.acrossSplits) {
    if (exact + near > 0)
      notices.push(`${exact} texts of ${split} stand in ${of}, too, and ${near} nearly so; figures on ${split} look better for it.`);
  }
  const conflicts = duplicates.conflictingLabels;
  if (conflicts.texts > 0) notices.push(`${conflicts.texts} texts stand with different labels (${conflicts.rows} rows).`);
  return notices;
}

/**
 * Describes a data set: classes, lengths, duplicates within and across splits, conflicting labels, and what follows from them.
 * @param splits Train first, where there is any; none of them empty.
 */
export function describeData(splits: SplitExamples[], options: ReportOptions): DataReport {
  const summaries = splits.map((split) => summarise(split, options.task));
  const duplicates = findDuplicates(splits, { near: options.nearDuplicates });
  const notices = [...options.notices, ...labelNotices(summaries, options), ...duplicateNotices(duplicates, options.droppedDuplicates)];
  return { task: options.task, splits: summaries, duplicates, droppedDuplicates: options.droppedDuplicates, notices };
}
