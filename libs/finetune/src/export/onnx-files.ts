import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NamedTensor } from '@attune/artifact';
import { buildEncoderModel, OnnxSession, quantizeDynamic, type EncoderModel } from '@attune/onnx';
import type { EncodedExample } from '../data/example';
import { assertEmbeddingsAgree, assertLogitsAgree, compareLogits, refused, rowCosines, type LogitAgreement } from './agreement';
import { takeColumns } from '../heads/task-layout';
import { checkedPairs, compareInt8Pairs, type CheckedPairs } from './checked-pairs';
import { compareInt8, INT8_TOLERANCE } from './int8-measure';
import { measuredTasks, rowsOfTask, type MeasuredTask } from './measured-tasks';
import { plainEmbedding } from './plain-forward';
import { runOnnx } from './run-onnx';
import type { Agreement, HeldOut, Int8Agreement, Int8Kept, Int8Metric, TrainedHead } from './trained-head';

/** Paths of the ONNX files in a model directory, where transformers.js looks for them. */
export const ONNX_FP32 = 'onnx/model.onnx';
export const ONNX_INT8 = 'onnx/model_quantized.onnx';

/**
 * Texts whose embeddings are computed again in plain JavaScript, which is slow: a short, a middling and a long one. Where pairs are checked,
 * the trained model itself has given the embeddings of them all.
 */
const MOST_EMBEDDINGS_CHECKED = 3;
/** Multiplications that this may take, some seconds' worth; one text is always checked. */
const MOST_MULTIPLICATIONS = 4e9;
/** Least mean cosine between int8 and float32 embeddings. */
const LEAST_INT8_COSINE = 0.97;

/** An ONNX file that was written, loaded back and run. */
interface WrittenModel {
  /** By the names of the ONNX outputs. */
  outputs: ReadonlyMap<string, Float32Array>;
  /** Embeddings of the texts of the pairs. */
  pairs?: Float32Array;
}

/** What is exported to ONNX: the graph, and rows to check it on. */
export interface OnnxSubject {
  model: EncoderModel;
  examples: readonly EncodedExample[];
  /** Tasks whose logits the model has. */
  tasks: readonly MeasuredTask[];
  /** Logits of the trained model, of all tasks side by side. */
  logits?: Float32Array;
  /** Pairs of a matching task. */
  pairs?: CheckedPairs;
}

/** The subject of a trained head. */
export function headSubject(head: TrainedHead, activation: 'tanh' | 'relu', heldOut: HeldOut): OnnxSubject {
  return {
    model: {
      config: head.encoder.config,
      weights: head.weights,
      head: { shape: head.head, activation, further: head.further?.map((task) => task.head) },
      outputs: head.embedding ? ['logits', 'embedding'] : ['logits'],
    },
    examples: heldOut.examples,
    tasks: measuredTasks(head),
    logits: heldOut.logits,
    ...(heldOut.pairs && { pairs: checkedPairs(head.config, heldOut.pairs) }),
  };
}

/**
 * Writes the ONNX files, loads them back and compares them with the trained model on held-out rows.
 *
 * @throws AttuneError `export-refused` when they differ: logits by more than 1e-3, a label that was no near-tie, an embedding whose cosine
 *   is under 0.9999; or when int8 loses more than half a point of the head's metric even with its delicate parts in float32.
 * @param onOutputs hears what each file gave for the held-out rows, the one that serves last
 */
export async function writeOnnx(
  directory: string,
  subject: OnnxSubject,
  int8: boolean,
  onOutputs: (outputs: ReadonlyMap<string, Float32Array>) => void = () => undefined,
): Promise<{ fp32: Agreement; int8?: Int8Agreement }> {
  const bytes = buildEncoderModel(subject.model);
  const fp32 = await writeAndRun(directory, ONNX_FP32, bytes, subject);
  onOutputs(fp32.outputs);
  const agreement = checkFp32(subject, fp32);
  if (!int8) return { fp32: agreement };
  const quantised = await writeInt8(directory, bytes, subject, fp32);
  onOutputs(quantised.outputs);
  return { fp32: agreement, int8: quantised.agreement };
}

async function writeAndRun(
  directory: string,
  path: string,
  bytes: Uint8Array,
  { model, examples, tasks, pairs }: OnnxSubject,
): Promise<WrittenModel> {
  const file = join(directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  const session = await OnnxSession.open(file);
  try {
    const { padTokenId } = model.config;
    const names = [...tasks.map(({ output }) => output), ...(model.outputs.includes('embedding') ? ['embedding'] : [])];
    const outputs = new Map(Object.entries(await runOnnx(session, examples, padTokenId, names)));
    return { outputs, ...(pairs && { pairs: (await runOnnx(session, pairs.examples, padTokenId, ['embedding'])).embedding }) };
  } finally {
    await session.close();
  }
}

function checkFp32(subject: OnnxSubject, { outputs, pairs: embedded }: WrittenModel): Agreement {
  const { model, examples, tasks, logits = new Float32Array(0), pairs } = subject;
  const compared = tasks.map((task) => {
    const { head, columns, layout, name, output } = task;
    const expected = takeColumns(logits, layout.outputs, columns.outputs);
    const differences = compareLogits(head.task, head.labels.length, expected, outputs.get(output) ?? new Float32Array(0));
    assertLogitsAgree(name === undefined ? ONNX_FP32 : `${ONNX_FP32}, ${output},`, differences);
    return { name, ...figures(differences) };
  });
  const agreement: Agreement = { rows: examples.length, ...together(compared) };
  const embedding = outputs.get('embedding');
  if (embedding !== undefined && pairs === undefined) {
    const { hiddenSize } = model.config;
    const cosines = embeddingSample(model.weights, examples).flatMap((row) => {
      const expected = plainEmbedding(model.config, model.weights, examples[row]);
      return rowCosines(hiddenSize, expected, embedding.subarray(row * hiddenSize, (row + 1) * hiddenSize));
    });
    agreement.smallestCosine = assertEmbeddingsAgree(ONNX_FP32, cosines);
  }
  if (pairs !== undefined && embedded !== undefined) {
    const cosine = assertEmbeddingsAgree(ONNX_FP32, rowCosines(pairs.width, pairs.expected, embedded));
    agreement.smallestCosine = Math.min(agreement.smallestCosine ?? 1, cosine);
  }
  return agreement;
}

/** What is kept of a comparison of logits. */
type TaskFigures = Pick<Agreement, 'largestLogitDifference' | 'labelsChanged'> & { metric?: Int8Metric };

function figures({ largestLogitDifference, labelsChanged }: LogitAgreement): TaskFigures {
  return { largestLogitDifference, labelsChanged };
}

/** The figures of all tasks: the largest difference, the sum of the labels, and each task's own where there are several. */
function together(tasks: readonly (TaskFigures & { name: string | undefined })[]): Omit<Int8Agreement, 'rows' | 'kept'> {
  if (tasks.length === 0) return {};
  const [{ metric }] = tasks;
  const withLogits = tasks.filter(({ largestLogitDifference }) => largestLogitDifference !== undefined);
  return {
    ...(withLogits.length > 0 && {
      largestLogitDifference: Math.max(...withLogits.map(({ largestLogitDifference = 0 }) => largestLogitDifference)),
      labelsChanged: withLogits.reduce((sum, { labelsChanged = 0 }) => sum + labelsChanged, 0),
    }),
    ...(metric && { metric }),
    ...(tasks.length > 1 && { tasks: Object.fromEntries(tasks.map(({ name = 'head', ...own }) => [name, own])) }),
  };
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
async function writeInt8(
  directory: string,
  bytes: Uint8Array,
  subject: OnnxSubject,
  fp32: WrittenModel,
): Promise<{ agreement: Int8Agreement; outputs: WrittenModel['outputs'] }> {
  const last = subject.model.config.layers - 1;
  const attempts: [Int8Kept, RegExp][] = [
    ['nothing', /^heads?\./],
    // With two layers nothing would be left to quantise.
    ...(last > 1 ? ([['outer layers', new RegExp(`^(heads?|encoder\\.layer\\.(0|${last}))\\.`)]] satisfies [Int8Kept, RegExp][]) : []),
    // What comes out of the activation has the longest tails, and loses most.
    ['feed-forward outputs', /^(heads?|encoder\.layer\.\d+\.output)\./],
    ['feed-forward layers', /^(heads?|encoder\.layer\.\d+\.(intermediate|output))\./],
  ];
  let verdict: Int8Verdict | undefined;
  for (const [kept, inFloat32] of attempts) {
    const written = await writeAndRun(directory, ONNX_INT8, quantizeDynamic(bytes, { exclude: (name) => inFloat32.test(name) }), subject);
    verdict = judgeInt8(subject, fp32, written);
    if (verdict.acceptable) return { agreement: { ...verdict.agreement, kept }, outputs: written.outputs };
  }
  throw refused(`${ONNX_INT8} ${verdict?.complaint ?? 'cannot be made'}.`);
}

interface Int8Verdict {
  acceptable: boolean;
  agreement: Omit<Int8Agreement, 'kept'>;
  complaint?: string;
}

function judgeInt8({ model, examples, tasks, pairs }: OnnxSubject, fp32: WrittenModel, int8: WrittenModel): Int8Verdict {
  const ofTasks = tasks.map((task): TaskFigures & { name: string | undefined; acceptable: boolean } => {
    const before = fp32.outputs.get(task.output) ?? new Float32Array(0);
    const after = int8.outputs.get(task.output) ?? new Float32Array(0);
    const { rows, targets } = rowsOfTask(task, examples);
    const { width } = task.columns.outputs;
    const labelled = (logits: Float32Array): Float32Array => takeColumns(logits, width, { start: 0, width }, rows);
    const { metric, acceptable } = compareInt8(task, targets, labelled(before), labelled(after));
    const differences = compareLogits(task.head.task, task.head.labels.length, before, after);
    return { name: task.name, ...figures(differences), ...(metric && { metric }), acceptable };
  });
  const compared = [
    ...ofTasks,
    ...(pairs && fp32.pairs && int8.pairs ? [{ name: pairs.name, ...compareInt8Pairs(pairs, fp32.pairs, int8.pairs) }] : []),
  ];
  const agreement: Omit<Int8Agreement, 'kept'> = {
    rows: examples.length,
    ...together(compared.map(({ acceptable: _acceptable, ...one }) => one)),
  };
  const worse = compared.find(({ acceptable }) => !acceptable);
  if (worse?.metric !== undefined) {
    const { name: measure, fp32: before, int8: after } = worse.metric;
    const name = worse.name === undefined ? measure : `${worse.name}.${measure}`;
    const complaint = `has ${name} ${after.toFixed(4)} on held-out rows, where float32 has ${before.toFixed(4)}; it may lose at most ${INT8_TOLERANCE}`;
    return { acceptable: false, agreement, complaint };
  }
  const before = fp32.pairs ?? fp32.outputs.get('embedding');
  const after = int8.pairs ?? int8.outputs.get('embedding');
  if (before !== undefined && after !== undefined) {
    const cosines = rowCosines(model.config.hiddenSize, before, after);
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
