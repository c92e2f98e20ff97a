import type { nearestRowsSchema } from '@attune/contracts';
import { nearestTrainingExamples } from '@attune/artifact';
import type { ServedModel, TextInput } from '@attune/inference';
import type { z } from 'zod';

/** Rows that the head learnt from, near a text. */
export type NearestRows = z.infer<typeof nearestRowsSchema>;

/** Rows shown of a text. */
const SHOWN = 5;

/**
 * The training rows nearest to each text, in the order of the texts, where the version that serves keeps any.
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
  return vectors.map((vector) => ({
    kept: examples.rows.length,
    nearest: nearestTrainingExamples(examples, vector, SHOWN).map(({ pair, ...row }) => ({
      ...row,
      ...(pair === undefined || pair === '' ? {} : { entity: pair }),
    })),
  }));
}
