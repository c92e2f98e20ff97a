import { type OnnxSession } from '@attune/onnx';
import { evaluationBatches } from '../data/batches';
import type { EncodedExample } from '../data/example';

/** Tokens, padding counted, that go through a session at once. */
const TOKEN_BUDGET = 1024;
const MOST_ROWS = 64;

/**
 * What an ONNX model says about rows, each output `[rows × width]` in the order of the examples, whatever batches they went through in.
 */
export async function runOnnx<Name extends string>(
  session: OnnxSession,
  examples: readonly EncodedExample[],
  padTokenId: number,
  outputs: readonly Name[],
): Promise<Record<Name, Float32Array>> {
  const results = {} as Record<Name, Float32Array>;
  const numbered = examples.map((example, index) => ({ ...example, index }));
  for (const batch of evaluationBatches(numbered, { tokenBudget: TOKEN_BUDGET, padTokenId, mostRows: MOST_ROWS })) {
    const computed = await session.run(batch, outputs);
    for (const name of outputs) {
      const { values } = computed[name];
      const width = values.length / batch.rows;
      results[name] ??= new Float32Array(examples.length * width);
      batch.indices.forEach((index, row) => results[name].set(values.subarray(row * width, (row + 1) * width), index * width));
    }
  }
  return results;
}
