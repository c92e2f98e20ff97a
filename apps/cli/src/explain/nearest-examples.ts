import type { Predictor } from '@attune/inference';
import type { TrainedColumns } from '../model-columns';
import { readTextRows } from '../rows/text-rows';

/** A row that lies near a text. */
export interface NearExample {
  row: number;
  text: string;
  label?: string;
  /** Cosine between the vectors of the two. */
  similarity: number;
}

const CHUNK = 512;

/**
 * Rows of a file whose vectors lie nearest to a text's, the nearest first: what a head was taught about the like.
 *
 * @param most rows that are kept
 * @throws AttuneError `wrong-use` for a model that gives no vectors; what reading the file throws
 */
export async function nearestExamples(
  predictor: Predictor,
  text: { text: string; pair?: string | undefined },
  { file, columns, most, signal }: { file: string; columns: TrainedColumns; most: number; signal: AbortSignal },
): Promise<NearExample[]> {
  const { dotProduct } = await import('@attune/artifact');
  const input = ({ text: own, pair }: { text: string; pair?: string | undefined }) => ({ text: own, ...(pair !== undefined && { pair }) });
  const [own] = await predictor.embed([input(text)]);
  let nearest: NearExample[] = [];
  const compare = async (rows: { row: number; text: string; pair?: string | undefined; label?: string }[]): Promise<void> => {
    const vectors = await predictor.embed(rows.map(input), { bulk: true });
    const found = rows.map(({ row, text: example, label }, index) => ({
      row,
      text: example,
      ...(label !== undefined && { label }),
      similarity: dotProduct(own, vectors[index]),
    }));
    nearest = [...nearest, ...found].sort((one, other) => other.similarity - one.similarity).slice(0, most);
  };
  let chunk: { row: number; text: string; pair?: string | undefined; label?: string }[] = [];
  const asked = { text: undefined, pair: undefined };
  for await (const { row, text: example, pair, values } of readTextRows({ path: file, asked, trained: columns, signal })) {
    const label = columns.label === undefined ? undefined : values[columns.label];
    chunk.push({ row, text: example, pair, ...(typeof label === 'string' && { label }) });
    if (chunk.length < CHUNK) continue;
    await compare(chunk);
    chunk = [];
  }
  if (chunk.length > 0) await compare(chunk);
  return nearest;
}
