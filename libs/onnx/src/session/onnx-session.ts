import { AttuneError } from '@attune/artifact';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface SessionOptions {
  /** Threads inside one `run()`; default 1, since several sessions with one thread each outrun one with several. */
  intraOpThreads?: number;
}

/** A padded batch of token ids; the arrays are `[rows × tokens]`. */
export interface SessionInput {
  inputIds: Int32Array | BigInt64Array;
  /** 1 on real tokens, 0 on padding. */
  attentionMask: Int32Array | BigInt64Array;
  /** Taken for zeros where the model wants it and it is absent; ignored where the model has no token types. */
  tokenTypeIds?: Int32Array | BigInt64Array;
  rows: number;
  tokens: number;
}

export interface SessionOutput {
  values: Float32Array;
  dims: number[];
}

/** An ONNX model loaded in ONNX Runtime. `run()` blocks its thread while it computes: call it in a worker. */
export class OnnxSession {
  private constructor(private readonly session: InferenceSession) {}

  /** Loads a model from a file or from its bytes. Throws `bad-model` where ONNX Runtime refuses it. */
  static async open(model: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
    const sessionOptions: InferenceSession.SessionOptions = {
      intraOpNumThreads: options.intraOpThreads ?? 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    };
    try {
      const session =
        typeof model === 'string' ? InferenceSession.create(model, sessionOptions) : InferenceSession.create(model, sessionOptions);
      return new OnnxSession(await session);
    } catch (cause) {
      const name = typeof model === 'string' ? model : 'The model';
      throw new AttuneError(
        'bad-model',
        `${name} cannot be loaded by ONNX Runtime: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /** Computes one batch. Returns the outputs by name, or those asked for. */
  async run(input: SessionInput, outputs: readonly string[] = this.session.outputNames): Promise<Record<string, SessionOutput>> {
    const dims = [input.rows, input.tokens];
    const size = input.rows * input.tokens;
    const feeds: Record<string, Tensor> = {
      input_ids: new Tensor('int64', toInt64(input.inputIds), dims),
      attention_mask: new Tensor('int64', toInt64(input.attentionMask), dims),
    };
    if (this.session.inputNames.includes('token_type_ids')) {
      feeds.token_type_ids = new Tensor(
        'int64',
        input.tokenTypeIds === undefined ? new BigInt64Array(size) : toInt64(input.tokenTypeIds),
        dims,
      );
    }
    const results = await this.session.run(feeds, outputs);
    const named: Record<string, SessionOutput> = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (tensor.data instanceof Float32Array) named[name] = { values: tensor.data, dims: [...tensor.dims] };
    }
    return named;
  }

  /** Frees the model's memory. */
  async close(): Promise<void> {
    await this.session.release();
  }
}

/** Token ids are non-negative, so the low words of zeroed 64-bit integers are all there is to write. */
function toInt64(values: Int32Array | BigInt64Array): BigInt64Array {
  if (values instanceof BigInt64Array) return values;
  const wide = new BigInt64Array(values.length);
  const words = new Int32Array(wide.buffer);
  for (let i = 0; i < values.length; i++) words[2 * i] = values[i];
  return wide;
}
