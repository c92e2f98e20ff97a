import type { ManifestTask, Word } from '@attune/artifact';
import type { Prediction, Predictor } from '@attune/inference';

/** A word, and how much it speaks for the explained label. */
export interface ExplainedWord extends Word {
  attribution: number;
}

/** What a prediction says of the explained label: its probability, or the number of a regression. */
export function scoreOf({ value, probabilities }: Prediction, label: string): number {
  return value ?? probabilities[label];
}

/**
 * What leaving out each word takes from a label's probability (occlusion: Zeiler and Fergus 2014; for texts: Li, Monroe and Jurafsky 2016), all
 * variants in one bulk call.
 */
export async function explainByOcclusion(
  predictor: Predictor,
  { text, pair }: { text: string; pair?: string | undefined },
  task: ManifestTask,
  label: string,
): Promise<ExplainedWord[]> {
  const { withoutWords, wordsOf } = await import('@attune/artifact');
  const words = wordsOf(text);
  const second = pair === undefined ? {} : { pair };
  const variants = [text, ...words.map((word) => withoutWords(text, [word]))].map((variant) => ({ text: variant, ...second }));
  const [whole, ...without] = await predictor.predict(variants, task.name, { bulk: true });
  return words.map((word, index) => ({ ...word, attribution: scoreOf(whole, label) - scoreOf(without[index], label) }));
}
