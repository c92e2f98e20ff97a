import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  AttuneError,
  loadTokenizer,
  normalizeText,
  readManifest,
  sigmoid,
  softmax,
  verifyFiles,
  type HeadShape,
  type Manifest,
  type ManifestTask,
  type Tokenizer,
} from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createHash } from 'node:crypto';
import { tokenizeExample } from '../data/encode';
import type { EncodedExample, Example } from '../data/example';
import { runOnnx } from '../export/run-onnx';
import type { TaskLayout } from '../heads/task-layout';
import { pauseForSignals } from '../training/interruption';

/** Rows that go through a teacher between two looks at signals. */
const CHUNK_ROWS = 256;

/** A head of a teacher that knows one of the student's. */
interface TaughtHead {
  task: ManifestTask;
  /** For each output of the student's head, which of the teacher's it is. */
  columns: number[];
}

/** An exported head that says of each text how likely its labels are, for another to learn from. */
export class Teacher {
  private constructor(
    private readonly manifest: Manifest,
    private readonly tokenizer: Tokenizer,
    private readonly session: OnnxSession,
    private readonly heads: readonly (TaughtHead | undefined)[],
    private readonly layout: TaskLayout,
    /** Of its manifest, which holds the hashes of its files. */
    readonly sha256: string,
  ) {}

  /**
   * Loads a model directory whose heads have the labels of a student's, in any order. A head of a further task may be missing.
   *
   * @throws AttuneError `bad-model` and `missing-file` for a directory that is none, `wrong-use` where its labels are others
   */
  static async load(directory: string, layout: TaskLayout): Promise<Teacher> {
    const manifest = await readManifest(directory);
    const model = manifest.onnx.fp32 ?? manifest.onnx.int8;
    if (model === undefined) {
      throw new AttuneError('wrong-use', `The teacher ${directory} has no ONNX file.`, {
        remedy: 'Name a model directory that attune train wrote.',
      });
    }
    const heads = layout.heads.map(({ head }) => taughtHead(directory, manifest.tasks, head, layout.heads.length === 1));
    if (heads.every((head) => head === undefined)) {
      throw new AttuneError(
        'wrong-use',
        `The teacher ${directory} has none of the tasks ${layout.heads.map(({ head }) => head.name).join(', ')}.`,
      );
    }
    await verifyFiles(directory, manifest, [model]);
    const session = await OnnxSession.open(join(directory, model), { intraOpThreads: availableParallelism() });
    const sha256 = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
    return new Teacher(manifest, await loadTokenizer(directory), session, heads, layout, sha256);
  }

  /**
   * What it says about texts that the student's cleaning has gone over: probabilities at a temperature (over the teacher's own, calibrated
   * one), numbers of a regression, in the order of the student's outputs; NaN for a head that it does not have.
   *
   * @returns `[examples × outputs]`
   */
  async say(examples: readonly Example[], temperature: number, signal: AbortSignal): Promise<Float32Array> {
    const { layout, heads } = this;
    const said = new Float32Array(examples.length * layout.outputs).fill(NaN);
    const outputs = heads.flatMap((head) => (head === undefined ? [] : [head.task.output]));
    for (let start = 0; start < examples.length; start += CHUNK_ROWS) {
      await pauseForSignals(signal);
      const rows = this.encode(examples.slice(start, start + CHUNK_ROWS));
      const logits = await runOnnx(this.session, rows, this.manifest.encoder.padTokenId, outputs);
      heads.forEach((head, place) => {
        if (head === undefined) return;
        const own = logits[head.task.output];
        const width = own.length / rows.length;
        rows.forEach((_, row) => {
          const values = saidOf(head, own.subarray(row * width, (row + 1) * width), temperature);
          said.set(values, (start + row) * layout.outputs + layout.heads[place].outputs.start);
        });
      });
    }
    return said;
  }

  private encode(examples: readonly Example[]): EncodedExample[] {
    const { maxLength, normalization } = this.manifest;
    const { tokenizer } = this;
    const clean = (text: string): string => normalizeText(text, normalization);
    return examples.map(({ text, pair, row }, index) => {
      const cleaned = { text: clean(text), ...(pair !== undefined && { pair: clean(pair) }), row };
      return { ...tokenizeExample(cleaned, { tokenizer, maxLength, entityMarkers: normalization.entityMarkers }), target: NaN, index };
    });
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

function taughtHead(directory: string, tasks: readonly ManifestTask[], head: HeadShape, isOnly: boolean): TaughtHead | undefined {
  const task = tasks.find(({ name }) => name === head.name) ?? (isOnly && tasks.length === 1 ? tasks[0] : undefined);
  if (task === undefined && !isOnly) return undefined;
  const others = (remedy: string): AttuneError =>
    new AttuneError('wrong-use', `The teacher ${directory} cannot teach ${head.name ?? 'this head'}: ${remedy}`, {
      remedy: 'Train the teacher on rows with the same labels, or leave it out of distill.teachers.',
    });
  if (task === undefined)
    throw others(`it has ${tasks.length === 0 ? 'no task' : `the tasks ${tasks.map(({ name }) => name).join(', ')}`}.`);
  if (task.type !== head.task) throw others(`its task is ${task.type}, not ${head.task}.`);
  if (task.type === 'regression') return { task, columns: [0] };
  const unknown = head.labels.filter((label) => !task.labels.includes(label));
  const more = task.labels.filter((label) => !head.labels.includes(label));
  if (unknown.length > 0)
    throw others(`it does not have the label "${unknown[0]}"${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''}.`);
  if (more.length > 0)
    throw others(`its label "${more[0]}" stands in no training row${more.length > 1 ? `, nor do ${more.length - 1} more` : ''}.`);
  return { task, columns: head.labels.map((label) => task.labels.indexOf(label)) };
}

function saidOf({ task, columns }: TaughtHead, logits: Float32Array, temperature: number): number[] {
  if (task.type === 'regression') return [logits[0]];
  const divisor = temperature * task.calibration.temperature;
  const values = task.type === 'classification' ? softmax(logits, divisor) : sigmoid(logits, divisor);
  return columns.map((column) => values[column]);
}
