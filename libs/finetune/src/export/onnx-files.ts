import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NamedTensor } from '@attune/artifact';
import { buildEncoderModel, OnnxSession, quantizeDynamic, type EncoderModel } from '@attune/onnx';
import type { EncodedExample } from '../data/example';
import { assertEmbeddingsAgree, assertLogitsAgree, compareLogits, refused, rowCosines } from './agreement';
import { compareInt8, INT8_TOLERANCE, targetsOf, type Int8Comparison } from './int8-measure';
import { plainEmbedding } from './plain-forward';
import { runOnnx } from './run-onnx';
import type { Agreement, HeldOut, Int8Agreement, Int8Kept, TrainedHead } from './trained-head';

/** Paths of the ONNX files in a model directory, where transformers.js looks for them. */
export const ONNX_FP32 = 'onnx/model.onnx';
export const ONNX_INT8 = 'onnx/model_quantized.onnx';

/** Texts whose embeddings are computed again in plain JavaScript, which is slow. */
const MOST_EMBEDDINGS_CHECKED = 8;
/** Multiplications that this may take, about ten seconds' worth; one text is always checked. */
const MOST_MULTIPLICATIONS = 8e9;
/** Least mean cosine between int8 and float32 embeddings. */
const LEAST_INT8_COSINE = 0.97;

/** An ONNX file that was written, loaded back and run. */
interface WrittenModel {
  outputs: Partial<Record<'logits' | 'embedding', Float32Array>>;
}

/** What is exported to ONNX: the graph, and rows to check it on. */
export interface OnnxSubject {
  model: EncoderModel;
  examples: readonly EncodedExample[];
  /** Set where the model has logits. */
  trained?: { head: TrainedHead; logits: Float32Array };
}

/** The subject of a trained head. */
export function headSubject(head: TrainedHead, activation: 'tanh' | 'relu', heldOut: HeldOut): OnnxSubject {
  return {
    model: {
      config: head.encoder.config,
      weights: head.weights,
      head: { shape: head.head, activation },
      outputs: head.embedding ? ['logits', 'embedding'] : ['logits'],
    },
    examples: heldOut.examples,
    trained: { head, logits: heldOut.logits },
  };
}

/**
 * Writes the ONNX files, loads them back and compares them with the trained model on held-out rows.
 *
 * @throws AttuneError `export-refused` when they differ: logits by more than 1e-3, a label that was no near-tie, an embedding whose cosine
 *   is under 0.9999; or when int8 loses more than half a point of the head's metric even with its delicate parts in float32.
 */
export async function writeOnnx(
  directory: string,
  subject: OnnxSubject,
  int8: boolean,
): Promise<{ fp32: Agreement; int8?: Int8Agreement }> {
  const bytes = buildEncoderModel(subject.model);
  const fp32 = await writeAndRun(directory, ONNX_FP32, bytes, subject);
  const agreement = checkFp32(subject, fp32);
  return int8 ? { fp32: agreement, int8: await writeInt8(directory, bytes, subject, fp32) } : { fp32: agreement };
}

async function writeAndRun(directory: string, path: string, bytes: Uint8Array, { model, examples }: OnnxSubject): Promise<WrittenModel> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  const session = await OnnxSession.open(file);
  try {
    const names = (['logits', 'embedding'] as const).filter((name) => model.outputs.includes(name));
    return { outputs: await runOnnx(session, examples, model.config.padTokenId, names) };
  } finally {
    await session.close();
  }
}

function checkFp32({ model, examples, trained }: OnnxSubject, { outputs }: WrittenModel): Agreement {
  const agreement: Agreement = { rows: examples.length };
  if (trained !== undefined && outputs.logits !== undefined) {
    const { task, labels } = trained.head.head;
    const compared = compareLogits(task, labels.length, trained.logits, outputs.logits);
    assertLogitsAgree(ONNX_FP32, compared);
    Object.assign(agreement, { largestLogitDifference: compared.largestLogitDifference, labelsChanged: compared.labelsChanged });
  }
  if (outputs.embedding !== undefined) {
    const { hiddenSize } = model.config;
    const { embedding } = outputs;
    const cosines = embeddingSample(model.weights, examples).flatMap((row) => {
      const expected = plainEmbedding(model.config, model.weights, examples[row]);
      return rowCosines(hiddenSize, expected, embedding.subarray(row * hiddenSize, (row + 1) * hiddenSize));
    });
    agreement.smallestCosine = assertEmbeddingsAgree(ONNX_FP32, cosines);
  }
  return agreement;
}

/** Rows spread over the lengths, as many as can be computed in reasonable time. */
function embeddingSample(weights: ReadonlyMap<string, NamedTensor>, examples: readonly EncodedExample[]): number[] {
  let perToken = 0;
  for (const [name, { values }] of weights) if (name.startsWith('encoder.')) perToken += values.length;
  const byLength = examples.map((_, row) => row).sort((a, b) => examples[a].inputIds.length - examples[b].inputIds.length);
  const count = Math.min(MOST_EMBEDDINGS_CHECKED, byLength.length);
  const spread = Array.from({ length: count }, (_, i) => byLength[Math.floor((i * byLength.length) / count)]);
  let work = 0;
  return spread.filter((row, i) => {
    work += perToken * examples[row].inputIds.length;
    return i === 0 || work <= MOST_MULTIPLICATIONS;
  });
}

/** Tries to quantise as much as possible, then less and less, until the measure holds. */
async function writeInt8(directory: string, bytes: Uint8Array, subject: OnnxSubject, fp32: WrittenModel): Promise<Int8Agreement> {
  const last = subject.model.config.layers - 1;
  const attempts: [Int8Kept, RegExp][] = [
    ['nothing', /^head\./],
    // With two layers nothing would be left to quantise.
    ...(last > 1 ? ([['outer layers', new RegExp(`^(head|encoder\\.layer\\.(0|${last}))\\.`)]] satisfies [Int8Kept, RegExp][]) : []),
    // What comes out of the activation has the longest tails, and loses most.
    ['feed-forward outputs', /^(head|encoder\.layer\.\d+\.output)\./],
    ['feed-forward layers', /^(head|encoder\.layer\.\d+\.(intermediate|output))\./],
  ];
  let verdict: Int8Verdict | undefined;
  for (const [kept, inFloat32] of attempts) {
    const written = await writeAndRun(directory, ONNX_INT8, quantizeDynamic(bytes, { exclude: (name) => inFloat32.test(name) }), subject);
    verdict = judgeInt8(subject, fp32, written);
    if (verdict.acceptable) return { ...verdict.agreement, kept };
  }
  throw refused(`${ONNX_INT8} ${verdict?.complaint ?? 'cannot be made'}.`);
}

interface Int8Verdict {
  acceptable: boolean;
  agreement: Omit<Int8Agreement, 'kept'>;
  complaint?: string;
}

function judgeInt8({ model, examples, trained }: OnnxSubject, fp32: WrittenModel, int8: WrittenModel): Int8Verdict {
  const agreement: Omit<Int8Agreement, 'kept'> = { rows: examples.length };
  let comparison: Int8Comparison = { acceptable: true };
  if (trained !== undefined && fp32.outputs.logits !== undefined && int8.outputs.logits !== undefined) {
    const { task, labels } = trained.head.head;
    const compared = compareLogits(task, labels.length, fp32.outputs.logits, int8.outputs.logits);
    Object.assign(agreement, { largestLogitDifference: compared.largestLogitDifference, labelsChanged: compared.labelsChanged });
    comparison = compareInt8(trained.head, targetsOf(trained.head.head, examples), fp32.outputs.logits, int8.outputs.logits);
    if (comparison.metric !== undefined) agreement.metric = comparison.metric;
  }
  if (!comparison.acceptable && agreement.metric !== undefined) {
    const { name, fp32: before, int8: after } = agreement.metric;
    const complaint = `has ${name} ${after.toFixed(4)} on held-out rows, where float32 has ${before.toFixed(4)}; it may lose at most ${INT8_TOLERANCE}`;
    return { acceptable: false, agreement, complaint };
  }
  if (fp32.outputs.embedding !== undefined && int8.outputs.embedding !== undefined) {
    const cosines = rowCosines(model.config.hiddenSize, fp32.outputs.embedding, int8.outputs.embedding);
    agreement.smallestCosine = Math.min(...cosines);
    const mean = cosines.reduce((a, b) => a + b, 0) / cosines.length;
    if (!(mean >= LEAST_INT8_COSINE)) {
      return {
        acceptable: false,
        agreement,
        complaint: `gives embeddings with a mean cosine of ${mean.toFixed(4)} with float32's; at least ${LEAST_INT8_COSINE} is required`,
      };
    }
  }
  return { acceptable: true, agreement };
}
