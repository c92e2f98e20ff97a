import type { Predictor } from '@attune/inference';
import type { ModelText } from '../rows/text-columns';

/** How two versions differ on texts that nobody labelled. */
export interface ShadowDifferences {
  texts: number;
  /** By the name of the task. */
  tasks: Record<
    string,
    {
      /** Share of the texts that get another label, or other labels. */
      changed: number;
      /** Mean distance of the two likeliest probabilities; of a regression, of the two numbers. */
      meanDistance: number;
    }
  >;
}

const CHUNK_ROWS = 512;

/** Lets both versions score the same texts, and counts where they differ. */
export async function shadowDifferences(
  serving: Predictor,
  updated: Predictor,
  texts: AsyncIterable<ModelText>,
  signal: AbortSignal,
): Promise<ShadowDifferences> {
  const names = serving.tasks.map(({ name }) => name).filter((name) => updated.tasks.some((task) => task.name === name));
  const sums = new Map(names.map((name) => [name, { changed: 0, distance: 0 }]));
  let count = 0;
  const compare = async (chunk: readonly ModelText[]): Promise<void> => {
    signal.throwIfAborted();
    const [before, after] = await Promise.all(
      [serving, updated].map((predictor) => predictor.predictAll(chunk, { bulk: true, tasks: names })),
    );
    for (const [name, sum] of sums) {
      chunk.forEach((_, index) => {
        const [one, other] = [before[index].tasks[name], after[index].tasks[name]];
        const labels = [one, other].map(({ label, labels: several }) => [...(several ?? [label])].sort().join('\n'));
        if (labels[0] !== labels[1]) sum.changed++;
        sum.distance += Math.abs((one.value ?? one.probability ?? 0) - (other.value ?? other.probability ?? 0));
      });
    }
    count += chunk.length;
  };
  let chunk: ModelText[] = [];
  for await (const { text, pair } of texts) {
    chunk.push({ text, ...(pair !== undefined && { pair }) });
    if (chunk.length < CHUNK_ROWS) continue;
    await compare(chunk);
    chunk = [];
  }
  if (chunk.length > 0) await compare(chunk);
  const tasks = [...sums].map(
    ([name, { changed, distance }]) => [name, { changed: changed / count, meanDistance: distance / count }] as const,
  );
  return { texts: count, tasks: Object.fromEntries(tasks) };
}
