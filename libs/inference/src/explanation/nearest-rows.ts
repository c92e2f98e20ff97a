import { nearestTrainingExamples, type NearExample } from '@attune/artifact';
import type { ServedModel } from '../model-server';
import type { TextInput } from '../worker-protocol';

/** Rows that a version learnt from, near a text. */
export interface NearestRows {
  /** Training rows that the version keeps; 0: it keeps none, and none can be shown. */
  readonly kept: number;
  /** The nearest first. */
  readonly nearest: NearExample[];
}

/** Rows shown of a text. */
const SHOWN = 5;

/**
 * The training rows nearest to each text, in the order of the texts, where the version keeps any.
 *
 * @throws Overloaded
 */
export async function nearestRows(
  { predictor, examples }: Pick<ServedModel, 'predictor' | 'examples'>,
  texts: readonly TextInput[],
  signal: AbortSignal,
): Promise<NearestRows[]> {
  if (examples === undefined || !predictor.embeds) return texts.map(() => ({ kept: 0, nearest: [] }));
  const vectors = await predictor.embed(texts, { signal, bulk: true });
  return vectors.map((vector) => ({ kept: examples.rows.length, nearest: nearestTrainingExamples(examples, vector, SHOWN) }));
}
