import type { Manifest } from '@attune/artifact';
import type { EvaluationReport, LoadedExamples } from '@attune/finetune';
import { trainedColumns } from '../model-columns';
import { AS_IT_STANDS } from './as-it-stands';
import type { EvaluationSource } from './evaluate-model';

interface PairEvaluation extends Omit<EvaluationSource, 'label' | 'slice'> {
  /** File of further texts among which answers are looked for. */
  candidates?: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

const CHUNK_ROWS = 512;

/**
 * Whether a model is to be evaluated on pairs: it was trained to match texts, under this name where one is given, or is an encoder without
 * heads and the columns of the pairs are named.
 */
export function matchesTexts({ tasks, embedding }: Manifest, { task, pair }: Pick<PairEvaluation, 'task' | 'pair'>): boolean {
  const name = embedding?.matching?.name;
  if (name === undefined && embedding !== undefined && tasks.length === 0) return task === undefined && pair !== undefined;
  return name !== undefined && (task === undefined ? tasks.length === 0 : task === name);
}

/**
 * Finds the answer of each query of a file among all answers of the file, and of another one where it is given, by the cosine of a model's
 * embeddings.
 *
 * @throws AttuneError for rows that cannot be read, and for a model without embeddings
 */
export async function evaluatePairs(evaluation: PairEvaluation): Promise<EvaluationReport> {
  const [finetune, { Predictor }, { readManifest }] = await Promise.all([
    import('@attune/finetune'),
    import('@attune/inference'),
    import('@attune/artifact'),
  ]);
  const { model, data, precision, signal } = evaluation;
  const columns = await columnsOf(evaluation);
  const load = (path: string): Promise<LoadedExamples> => finetune.loadPairs(path, columns, { normalization: AS_IT_STANDS, signal });
  const { examples } = await load(data);
  const others = evaluation.candidates === undefined ? [] : (await load(evaluation.candidates)).examples;
  const { candidates, train: queries } = finetune.matchingPairs({ train: examples, validation: others });
  const predictor = await Predictor.open(model, { precision });
  try {
    const texts = [...queries.map(({ text }) => text), ...candidates];
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += CHUNK_ROWS) {
      signal.throwIfAborted();
      vectors.push(...(await predictor.embed(texts.slice(start, start + CHUNK_ROWS), { bulk: true })));
      evaluation.onProgress(vectors.length, texts.length);
    }
    const width = vectors[0].length;
    const right = queries.map((query) => query.right);
    const { embedding } = await readManifest(model);
    return finetune.evaluateMatching(
      { queries: joined(vectors.slice(0, queries.length), width), candidates: joined(vectors.slice(queries.length), width), width, right },
      { temperature: embedding?.matching?.temperature },
    );
  } finally {
    await predictor.close();
  }
}

async function columnsOf({ model, text, pair }: PairEvaluation): Promise<{ text: string; pair: string; group?: string }> {
  const { pairs } = await trainedColumns(model);
  const group = text === undefined && pair === undefined ? pairs?.group : undefined;
  return { text: text ?? pairs?.text ?? 'text', pair: pair ?? pairs?.pair ?? 'pair', ...(group !== undefined && { group }) };
}

function joined(vectors: readonly Float32Array[], width: number): Float32Array {
  const values = new Float32Array(vectors.length * width);
  vectors.forEach((vector, row) => values.set(vector, row * width));
  return values;
}
