import { interpretLogits, type Interpretation, type ManifestTask } from '@attune/artifact';
import type { ComputedText } from '../call';

/** Texts that the two versions call differently; '' stands for no label, where a text may have none or several. */
export interface ShadowDisagreement {
  readonly served: string;
  readonly candidate: string;
  readonly texts: number;
}

/** How a candidate's answers to one task differ from those that were given. */
export interface ShadowTaskReport {
  /** Texts that both judged. */
  readonly texts: number;
  /** Of these, those that got another label. */
  readonly disagreements: number;
  /** The most frequent first. */
  readonly pairs: ShadowDisagreement[];
  /** Mean absolute difference of the probability of the label that was given, of several labels of each; of a regression, of the number. */
  readonly meanDifference: number;
}

/** What a version in shadow said beside the one that served. */
export interface ShadowFigures {
  readonly scored: number;
  /** Texts that were to be scored and were not, since the service had other things to do. */
  readonly dropped: number;
  /** Texts that the candidate failed on. */
  readonly failed: number;
  /** Mean time of computing a text, in seconds. */
  readonly seconds?: { readonly served: number; readonly candidate: number };
  readonly tasks: Readonly<Record<string, ShadowTaskReport>>;
}

/** Pairs of labels that are told of. */
const MOST_PAIRS = 50;

interface TaskCounts {
  texts: number;
  disagreements: number;
  difference: number;
  readonly pairs: Map<string, ShadowDisagreement>;
}

type Judged = Pick<ComputedText, 'rows' | 'seconds'>;

/** Counts where a candidate differs from what serves, in sums of a fixed size: no text is kept. */
export class ShadowCounts {
  dropped = 0;
  failed = 0;
  private scored = 0;
  private servedSeconds = 0;
  private candidateSeconds = 0;
  private readonly tasks = new Map<string, TaskCounts>();

  /** Counts a text, in the tasks that both versions judged. */
  add(served: Judged, servedTasks: readonly ManifestTask[], candidate: Judged, candidateTasks: readonly ManifestTask[]): void {
    this.scored += 1;
    this.servedSeconds += served.seconds;
    this.candidateSeconds += candidate.seconds;
    for (const task of servedTasks) {
      const other = candidateTasks.find(({ name, type }) => name === task.name && type === task.type);
      const given = served.rows.get(task.output);
      const instead = other && candidate.rows.get(other.output);
      if (other === undefined || given === undefined || instead === undefined) continue;
      this.compare(task.name, interpretLogits(task, given), interpretLogits(other, instead));
    }
  }

  figures(): ShadowFigures {
    const { scored, dropped, failed, servedSeconds, candidateSeconds, tasks } = this;
    return {
      scored,
      dropped,
      failed,
      ...(scored > 0 && { seconds: { served: servedSeconds / scored, candidate: candidateSeconds / scored } }),
      tasks: Object.fromEntries([...tasks].map(([name, counts]) => [name, reportOf(counts)])),
    };
  }

  private compare(name: string, served: Interpretation, candidate: Interpretation): void {
    const counts = this.tasks.get(name) ?? { texts: 0, disagreements: 0, difference: 0, pairs: new Map() };
    this.tasks.set(name, counts);
    const pairs = differingLabels(served, candidate);
    counts.texts += 1;
    counts.disagreements += pairs.length > 0 ? 1 : 0;
    counts.difference += differenceOf(served, candidate);
    for (const [from, to] of pairs) {
      const key = JSON.stringify([from, to]);
      counts.pairs.set(key, { served: from, candidate: to, texts: (counts.pairs.get(key)?.texts ?? 0) + 1 });
    }
  }
}

function reportOf({ texts, disagreements, difference, pairs }: TaskCounts): ShadowTaskReport {
  const sorted = [...pairs.values()].sort((one, other) => other.texts - one.texts);
  return { texts, disagreements, pairs: sorted.slice(0, MOST_PAIRS), meanDifference: difference / texts };
}

/** Of a text with several labels, those that only one of the two gives. */
function differingLabels(served: Interpretation, candidate: Interpretation): [string, string][] {
  if (served.type === 'classification' && candidate.type === 'classification') {
    return served.label === candidate.label ? [] : [[served.label, candidate.label]];
  }
  if (served.type !== 'multi-label' || candidate.type !== 'multi-label') return [];
  return [
    ...served.labels.filter((label) => !candidate.labels.includes(label)).map((label): [string, string] => [label, '']),
    ...candidate.labels.filter((label) => !served.labels.includes(label)).map((label): [string, string] => ['', label]),
  ];
}

function differenceOf(served: Interpretation, candidate: Interpretation): number {
  if (served.type === 'regression' && candidate.type === 'regression') return Math.abs(served.value - candidate.value);
  if (served.type === 'regression' || candidate.type === 'regression') return 0;
  const of = (label: string): number => Math.abs((served.probabilities[label] ?? 0) - (candidate.probabilities[label] ?? 0));
  if (served.type === 'classification') return of(served.label);
  const labels = Object.keys(served.probabilities);
  return labels.reduce((sum, label) => sum + of(label), 0) / Math.max(1, labels.length);
}
