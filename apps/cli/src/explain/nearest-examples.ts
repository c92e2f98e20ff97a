import type { Predictor } from '@attune/inference';
import type { TrainedColumns } from '../model-columns';
import type { ModelText } from '../rows/text-columns';
import { readTextRows } from '../rows/text-rows';

/** A row that lies near a text. */
export interface NearExample {
  row: number;
  text: string;
  label?: string;
  /** Cosine between the vectors of the two. */
  similarity: number;
}

type ExplainedText = Pick<ModelText, 'text'> & { pair?: string | undefined };

interface LabelledText extends ExplainedText {
  row: number;
  label?: string;
}

const CHUNK = 512;

const asInput = ({ text, pair }: ExplainedText): ModelText => ({ text, ...(pair !== undefined && { pair }) });

/**
 * Rows of a file whose vectors lie nearest to a text's, the nearest first: what a head was taught about the like.
 *
 * @param most rows that are kept
 * @throws AttuneError `wrong-use` for a model that gives no vectors; what reading the file throws
 */
export async function nearestExamples(
  predictor: Predictor,
  text: ExplainedText,
  { file, columns, most, signal }: { file: string; columns: TrainedColumns; most: number; signal: AbortSignal },
): Promise<NearExample[]> {
  const { dotProduct } = await import('@attune/artifact');
  const [own] = await predictor.embed([asInput(text)]);
  let nearest: NearExample[] = [];
  const compare = async (rows: readonly LabelledText[]): Promise<void> => {
    const vectors = await predictor.embed(rows.map(asInput), { bulk: true });
    const found = rows.map(({ row, text: example, label }, index) => ({
      row,
      text: example,
      ...(label !== undefined && { label }),
      similarity: dotProduct(own, vectors[index]),
    }));
    nearest = [...nearest, ...found].sort((one, other) => other.similarity - one.similarity).slice(0, most);
  };
  let chunk: LabelledText[] = [];
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
