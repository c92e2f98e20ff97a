/** Rows of one label that were taken for another. */
export interface Confusion {
  readonly label: string;
  readonly predicted: string;
  readonly count: number;
}

/** Which labels are mistaken for which most often. @param matrix `[true label][predicted label]`, rows */
export function mostConfused(labels: readonly string[], matrix: readonly (readonly number[])[], most = 5): Confusion[] {
  return matrix
    .flatMap((row, truth) => row.map((count, predicted) => ({ label: labels[truth], predicted: labels[predicted], count })))
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, most);
}

/** Each count as a share of its true label's rows. */
export function rowShares(matrix: readonly (readonly number[])[]): number[][] {
  return matrix.map((row) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}
