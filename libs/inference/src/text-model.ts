import { AttuneError, loadTokenizer, markEntity, normalizeText, type TokenizedText, type Tokenizer } from '@attune/artifact';
import { OnnxSession, type SessionInput } from '@attune/onnx';
import { planBatches } from './batches';
import { TaskComputation } from './task-computation';
import type { WorkerSetup, WorkerTask } from './worker-protocol';

/** Tokens that warming-up runs through the session at once, whatever the budget: enough for the caches and the allocator. */
const MOST_WARM_TOKENS = 512;

/** A tokeniser and a session of one thread: texts in, rows of outputs out. Computes in the thread that calls it. */
export class TextModel {
  private constructor(
    private readonly setup: WorkerSetup,
    private readonly tokenizer: Tokenizer,
    private readonly session: OnnxSession,
  ) {}

  static async load(setup: WorkerSetup): Promise<TextModel> {
    const [tokenizer, session] = await Promise.all([
      loadTokenizer(setup.tokenizerDirectory),
      OnnxSession.open(setup.onnxFile, { intraOpThreads: 1 }),
    ]);
    return new TextModel(setup, tokenizer, session);
  }

  get outputs(): readonly string[] {
    return this.session.outputNames;
  }

  /** Runs batches of several shapes, so that the first texts do not wait for memory and compiled code. */
  async warmUp(): Promise<void> {
    const { maxLength, tokenBudget } = this.setup;
    const { inputIds } = this.tokenize('Warm up with one ordinary sentence.', undefined);
    const most = Math.min(MOST_WARM_TOKENS, Math.max(tokenBudget, maxLength));
    for (const [rows, tokens] of [
      [1, Math.min(8, maxLength)],
      [Math.floor(most / Math.min(32, maxLength)), Math.min(32, maxLength)],
      [1, Math.min(most, maxLength)],
    ]) {
      const row = Int32Array.from({ length: tokens }, (_, at) => inputIds[at % inputIds.length]);
      await this.session.run(
        padBatch(
          Array.from({ length: Math.max(1, rows) }, () => ({ inputIds: row })),
          this.tokenizer.padTokenId,
        ),
      );
    }
  }

  /** Cleans and tokenises a task's texts, and plans its batches. */
  begin({ texts, pairs, outputs }: Pick<WorkerTask, 'texts' | 'pairs' | 'outputs'>): TaskComputation {
    const encoded = texts.map((text, row) => this.tokenize(text, pairs?.[row]));
    const lengths = Int32Array.from(encoded, ({ inputIds }) => inputIds.length);
    return new TaskComputation(outputs, lengths, planBatches(lengths, this.setup), (rows) =>
      this.runBatch(
        rows.map((row) => encoded[row]),
        outputs,
      ),
    );
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private tokenize(text: string, pair: string | undefined): TokenizedText {
    const { maxLength, normalization } = this.setup;
    const second = pair === undefined ? undefined : normalizeText(pair, normalization);
    const first = markEntity(normalizeText(text, normalization), second, normalization.entityMarkers);
    return this.tokenizer.encode(first, second, maxLength);
  }

  private async runBatch(rows: TokenizedText[], outputs: readonly string[]): Promise<Float32Array[]> {
    const unknown = outputs.find((output) => !this.outputs.includes(output));
    if (unknown !== undefined) throw this.notRows(unknown);
    const results = await this.session.run(padBatch(rows, this.tokenizer.padTokenId), outputs);
    return outputs.map((output) => {
      const { values, dims } = results[output];
      if (dims.length !== 2) throw this.notRows(output);
      return values;
    });
  }

  private notRows(output: string): AttuneError {
    return new AttuneError('bad-model', `${this.setup.onnxFile}: the output "${output}" is not a row of numbers a text`);
  }
}

/** Fills rows up to the longest one with the padding id. */
export function padBatch(rows: readonly TokenizedText[], padTokenId: number): SessionInput {
  const tokens = Math.max(...rows.map(({ inputIds }) => inputIds.length));
  const inputIds = new Int32Array(rows.length * tokens).fill(padTokenId);
  const attentionMask = new Int32Array(rows.length * tokens);
  const tokenTypeIds = rows.some((row) => row.tokenTypeIds !== undefined) ? new Int32Array(rows.length * tokens) : undefined;
  rows.forEach((row, index) => {
    const start = index * tokens;
    inputIds.set(row.inputIds, start);
    attentionMask.fill(1, start, start + row.inputIds.length);
    if (row.tokenTypeIds !== undefined) tokenTypeIds?.set(row.tokenTypeIds, start);
  });
  return { rows: rows.length, tokens, inputIds, attentionMask, ...(tokenTypeIds === undefined ? {} : { tokenTypeIds }) };
}
