import type { Manifest } from '@attune/artifact';

/** The figures of a model by its tasks. */
export function metricsOf({ tasks, embedding, ranking }: Manifest): Record<string, Record<string, number>> {
  const matching = embedding?.matching;
  return Object.fromEntries([
    ...tasks.map(({ name, metrics }) => [name, metrics] as const),
    ...(matching === undefined ? [] : [[matching.name, matching.metrics] as const]),
    ...(ranking === undefined ? [] : [['ranking', ranking.metrics] as const]),
  ]);
}
