import { AttuneError, loadTokenizer, normalizeText, type TokenizedText, type Tokenizer } from '@attune/artifact';
import { OnnxSession, type SessionInput } from '@attune/onnx';
import { planBatches } from './batches';
import type { TaskResult, TextInput, WorkerSetup } from './worker-protocol';

/** A tokeniser and a session of one thread: texts in, rows of an output out. Computes in the thread that calls it. */
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

  /** Rows of the named output, `[texts, width]`, in the order of the texts. */
  async compute(texts: readonly TextInput[], output: string): Promise<TaskResult> {
    const { maxLength, normalization, tokenBudget } = this.setup;
    const clean = (text: string): string => normalizeText(text, normalization);
    const encoded = texts.map(({ text, pair }) =>
      this.tokenizer.encode(clean(text), pair === undefined ? undefined : clean(pair), maxLength),
    );
    const lengths = encoded.map(({ inputIds }) => inputIds.length);
    const result: TaskResult = {
      values: new Float32Array(0),
      width: 0,
      tokens: lengths.reduce((sum, length) => sum + length, 0),
      paddedTokens: 0,
    };
    for (const rows of planBatches(lengths, { tokenBudget })) {
      const input = padBatch(
        rows.map((row) => encoded[row]),
        this.tokenizer.padTokenId,
      );
      const { values, dims } = await this.runOutput(input, output);
      if (result.width === 0) {
        result.width = dims[1];
        result.values = new Float32Array(texts.length * result.width);
      }
      rows.forEach((row, index) =>
        result.values.set(values.subarray(index * result.width, (index + 1) * result.width), row * result.width),
      );
      result.paddedTokens += input.rows * input.tokens;
    }
    return result;
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private async runOutput(input: SessionInput, output: string): Promise<{ values: Float32Array; dims: number[] }> {
    const outputs = await this.session.run(input, [output]);
    const found = Object.entries(outputs).find(([name]) => name === output)?.[1];
    if (found === undefined || found.dims.length !== 2) {
      throw new AttuneError('bad-model', `${this.setup.onnxFile}: the output "${output}" is not a row of numbers a text`);
    }
    return found;
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
