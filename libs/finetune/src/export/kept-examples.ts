import { writeTrainingExamples, type TrainingExample } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import type { EncodedExample, Example } from '../data/example';
import { runOnnx } from './run-onnx';

/** Training rows that a model keeps, so that services can show those nearest to a text. */
export interface KeptExamples {
  readonly rows: readonly TrainingExample[];
  /** The same rows after the tokeniser. */
  readonly encoded: readonly EncodedExample[];
}

/** At most so many training rows, spread evenly over them in their order. */
export function keptExamples(train: readonly Example[], encoded: readonly EncodedExample[], most: number): KeptExamples {
  const count = Math.min(most, train.length);
  const places = Array.from({ length: count }, (_, place) => Math.floor((place * train.length) / count));
  return {
    rows: places.map((place) => {
      const { text, pair, label } = train[place];
      return { text, ...(pair !== undefined && { pair }), ...(label !== undefined && { label }) };
    }),
    encoded: places.map((place) => encoded[place]),
  };
}

/** Writes rows with the vectors that an ONNX file gives them. */
export async function writeKeptExamples(
  staging: string,
  { rows, encoded }: KeptExamples,
  onnxFile: string,
  padTokenId: number,
): Promise<void> {
  const session = await OnnxSession.open(onnxFile);
  try {
    const { embedding = new Float32Array(0) } = await runOnnx(session, encoded, padTokenId, ['embedding']);
    await writeTrainingExamples(staging, { rows, vectors: embedding });
  } finally {
    await session.close();
  }
}
