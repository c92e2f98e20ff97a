import type { ManifestTask } from '@attune/artifact';
import type { Predictor } from '@attune/inference';
import { scoreOf, type ExplainedWord } from './occlusion';

/** Shares of a text's words that are taken out, one after the other. */
const SHARES = Array.from({ length: 11 }, (_, index) => index / 10);

/** A text with the label that was explained, and its words in the order in which each way takes them out. */
export interface DeletionCase {
  text: string;
  pair?: string | undefined;
  label: string;
  orders: Readonly<Record<string, readonly ExplainedWord[]>>;
}

/** How fast a label's probability falls as words are taken out. */
export interface DeletionCurve {
  /** Mean probability of the label at each tenth of the words taken out, from none to all. */
  probabilities: number[];
  /** Area below that, 0 to 1: the smaller, the better the order finds what the label stands on. */
  area: number;
}

/**
 * Deletion curves (Petsiuk, Das and Saenko 2018; for texts: DeYoung et al. 2020, "comprehensiveness"): an explanation is faithful where taking out the
 * words that it names first makes the head give the label up sooner than taking out others does.
 */
export async function deletionCurves(
  predictor: Predictor,
  task: ManifestTask,
  cases: readonly DeletionCase[],
  signal: AbortSignal,
): Promise<Record<string, DeletionCurve>> {
  const { withoutWords } = await import('@attune/artifact');
  const sums = new Map<string, number[]>();
  for (const { text, pair, label, orders } of cases) {
    signal.throwIfAborted();
    const ways = Object.entries(orders);
    const variants = ways.flatMap(([, words]) =>
      SHARES.map((share) => ({
        text: withoutWords(text, words.slice(0, Math.round(share * words.length))),
        ...(pair !== undefined && { pair }),
      })),
    );
    const predictions = await predictor.predict(variants, task.name, { bulk: true });
    ways.forEach(([way], place) => {
      const sum = sums.get(way) ?? SHARES.map(() => 0);
      sums.set(
        way,
        sum.map((value, index) => value + scoreOf(predictions[place * SHARES.length + index], label)),
      );
    });
  }
  return Object.fromEntries(
    [...sums].map(([way, sum]) => {
      const probabilities = sum.map((value) => value / cases.length);
      return [way, { probabilities, area: areaBelow(probabilities) }];
    }),
  );
}

/** By trapezia, over a width of 1. */
function areaBelow(values: readonly number[]): number {
  const steps = values.length - 1;
  return values.slice(1).reduce((sum, value, index) => sum + (value + values[index]) / (2 * steps), 0);
}
