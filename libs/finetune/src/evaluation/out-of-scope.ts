import { argmax, labelByRule, scopeScore, type OutOfScopeRule, type ScopeScore } from '@attune/artifact';

/** Rows of a classification that has a label for texts out of scope. */
export interface ScopedRows {
  /** `[rows × labels]` */
  logits: ArrayLike<number>;
  /** `[rows]` label indices */
  targets: ArrayLike<number>;
  labels: readonly string[];
  temperature: number;
}

/** What the threshold is to keep to. */
export interface ScopeChoice {
  /** The label for texts out of scope. */
  label: string;
  score: ScopeScore;
  /** Largest share of the rows in scope that the threshold may cost, of those that are right without it. */
  inScopeLoss: number;
}

/** What a head does at a threshold. */
export interface ScopePoint {
  threshold: number;
  /** Share of the rows in scope that get their own label. */
  inScopeAccuracy: number;
  /** Share of the rows out of scope that are known as such. */
  outOfScopeRecall: number;
  /** Share of the rows taken for out of scope that are. */
  outOfScopePrecision: number;
  /** Share of all rows that are right. */
  accuracy: number;
}

/**
 * The rule that knows as many texts out of scope as it can at the price that is allowed. It is set by the rows in scope alone, of which
 * there are many: examples of what is out of scope are few, and never of every kind.
 *
 * @returns undefined where no row in scope is right
 */
export function chooseScopeRule({ logits, targets, labels, temperature }: ScopedRows, choice: ScopeChoice): OutOfScopeRule | undefined {
  const { label, score, inScopeLoss } = choice;
  const outside = labels.indexOf(label);
  const rows = rowsOf(logits, labels.length);
  const inScope = rows.filter((_, row) => targets[row] !== outside);
  const right = rows
    .filter((row, place) => targets[place] !== outside && argmax(row) === targets[place])
    .map((row) => scopeScore(row, { outside, score, temperature }))
    .sort((a, b) => a - b);
  if (right.length === 0) return undefined;
  const lost = Math.min(Math.floor(inScopeLoss * inScope.length), right.length - 1);
  return { label, score, threshold: right[lost] };
}

/** Figures of predictions beside those of all labels; a share of no rows is left out. */
export function scopeMeasures(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  outside: number,
): Partial<Pick<ScopePoint, 'inScopeAccuracy' | 'outOfScopeRecall' | 'outOfScopePrecision'>> {
  const rows = Array.from(targets, (target, row) => ({ target, prediction: predictions[row] }));
  const isRight = ({ target, prediction }: (typeof rows)[number]): boolean => target === prediction;
  const share = <Name extends string>(name: Name, of: typeof rows): Partial<Record<Name, number>> =>
    of.length === 0 ? {} : ({ [name]: of.filter(isRight).length / of.length } as Record<Name, number>);
  return {
    ...share(
      'inScopeAccuracy',
      rows.filter(({ target }) => target !== outside),
    ),
    ...share(
      'outOfScopeRecall',
      rows.filter(({ target }) => target === outside),
    ),
    ...share(
      'outOfScopePrecision',
      rows.filter(({ prediction }) => prediction === outside),
    ),
  };
}

/** Labels that rows get, by the rule where there is one. */
export function scopedPredictions(
  { logits, labels, temperature }: Omit<ScopedRows, 'targets'>,
  rule: OutOfScopeRule | undefined,
): Int32Array {
  return Int32Array.from(rowsOf(logits, labels.length), (row) =>
    rule === undefined ? argmax(row) : labelByRule(row, labels, rule, temperature),
  );
}

/** What a head would do at thresholds that lie evenly among the rows' scores, lowest first. */
export function scopeCurve(rows: ScopedRows, { label, score }: Omit<ScopeChoice, 'inScopeLoss'>, points = 20): ScopePoint[] {
  const { logits, targets, labels, temperature } = rows;
  const outside = labels.indexOf(label);
  const scores = rowsOf(logits, labels.length)
    .map((row) => scopeScore(row, { outside, score, temperature }))
    .sort((a, b) => a - b);
  const thresholds = Array.from({ length: points }, (_, point) => scores[Math.floor((point * scores.length) / points)]);
  return [...new Set(thresholds)].map((threshold) => {
    const predictions = scopedPredictions(rows, { label, score, threshold });
    const right = Array.from(targets).filter((target, row) => target === predictions[row]).length;
    const nothing = { inScopeAccuracy: 0, outOfScopeRecall: 0, outOfScopePrecision: 0 };
    return { threshold, ...nothing, ...scopeMeasures(targets, predictions, outside), accuracy: right / targets.length };
  });
}

function rowsOf(logits: ArrayLike<number>, labels: number): Float64Array[] {
  const all = Float64Array.from(logits);
  return Array.from({ length: all.length / labels }, (_, row) => all.subarray(row * labels, (row + 1) * labels));
}
