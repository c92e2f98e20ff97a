import type { HeadShape, NamedTensor } from '@attune/artifact';

/** The labels of a head that goes on: the old ones in their order, then those that are new, in the order given. */
export function expandLabels(previous: readonly string[], labels: readonly string[]): string[] {
  const known = new Set(previous);
  return [...previous, ...labels.filter((label) => !known.has(label))];
}

/** The head that a head goes on from: of the same name, or the only one. */
export function previousHead(head: Pick<HeadShape, 'name'>, previous: readonly HeadShape[]): HeadShape | undefined {
  return (
    previous.find(({ name }) => name === head.name) ?? (previous.length === 1 && previous[0].name === undefined ? previous[0] : undefined)
  );
}

/**
 * An output layer's weight `[outputs, hidden]` or bias `[outputs]` with rows for new labels after those that are there, which stay.
 *
 * @param fresh a number of a new row
 */
export function expandRows({ shape, values }: NamedTensor, outputs: number, fresh: () => number): NamedTensor {
  const width = values.length / shape[0];
  const expanded = new Float32Array(outputs * width);
  expanded.set(values);
  for (let i = values.length; i < expanded.length; i++) expanded[i] = fresh();
  return { shape: [outputs, ...shape.slice(1)], values: expanded };
}
