import { AttuneError, interpretLogits, type ManifestTask } from '@attune/artifact';
import type { CallOptions } from './call-options';
import { cpuLimit } from './cpu-limit';
import { readModelDirectory, type Precision, type ServableModel } from './model-directory';
import type { InferenceObserver, QueueLoad } from './observer';
import { distribute, uniqueTexts } from './task-split';
import { WorkerPool } from './worker-pool';
import type { TextInput } from './worker-protocol';

export interface PredictorOptions {
  precision: Precision;
  /** Worker threads, each with its own copy of the model; default as many as the process has CPUs. */
  threads?: number;
  /** Most tokens of a batch, padding counted; default 512, beyond which a core's caches overflow. */
  tokenBudget?: number;
  /** Most tokens that wait, estimated from the texts' characters, before calls are refused; bulk calls are not counted. Default 32,768. */
  queueTokens?: number;
  observer?: InferenceObserver;
}

export interface PredictAllOptions extends CallOptions {
  /** Names of the tasks wanted; default all. */
  tasks?: readonly string[];
  /** Whether vectors are wanted; default no. */
  embedding?: boolean;
}

/** All that one pass through the model says about a text. */
export interface TextPrediction {
  /** By the name of the task. */
  readonly tasks: Readonly<Record<string, Prediction>>;
  /** A vector of length 1. */
  readonly embedding?: Float32Array;
}

/** What a head says about a text. Which of `label`, `labels` and `value` is there depends on the task. */
export interface Prediction {
  /** classification: the likeliest label. */
  readonly label?: string;
  /** multi-label: the labels from their thresholds on. */
  readonly labels?: readonly string[];
  /** regression: the number. */
  readonly value?: number;
  /** classification: the calibrated probability of `label`. */
  readonly probability?: number;
  /** The calibrated probability of every label; empty in a regression. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** The head's outputs as they are, in the order of its labels. */
  readonly logits: Float32Array;
}

export interface ComputedRows {
  /** One row a text, in the order of the texts; equal texts share theirs. */
  rows: Float32Array[];
  /** Different texts among them. */
  uniqueTexts: number;
  /** Tokens of the different texts, and those computed with padding. */
  tokens: number;
  paddedTokens: number;
}

const DEFAULT_TOKEN_BUDGET = 512;

/**
 * A model that answers: texts are cleaned as the model's manifest says, tokenised and computed in worker threads, sorted
 * by length into batches; identical texts are computed once. Calls may overlap.
 */
export class Predictor {
  private constructor(
    private readonly directory: string,
    private readonly model: ServableModel,
    private readonly pool: WorkerPool,
  ) {}

  /**
   * Loads a head's directory, or that of an embedding model, and starts its workers.
   *
   * @throws AttuneError `missing-file` or `bad-model` when there is no such model, or not in that precision
   */
  static async open(directory: string, options: PredictorOptions): Promise<Predictor> {
    const model = await readModelDirectory(directory, options.precision);
    const { onnxFile, tokenizerDirectory, normalization, maxLength } = model;
    const setup = { onnxFile, tokenizerDirectory, normalization, maxLength, tokenBudget: options.tokenBudget ?? DEFAULT_TOKEN_BUDGET };
    return new Predictor(directory, model, await WorkerPool.start(setup, options.threads ?? cpuLimit()));
  }

  /** The tasks of the model's heads; none where it only embeds. */
  get tasks(): readonly ManifestTask[] {
    return this.model.tasks;
  }

  /** Worker threads. */
  get threads(): number {
    return this.pool.size;
  }

  /**
   * What the head of a task says about each text, in their order.
   *
   * @param taskName default the model's first task
   * @throws AttuneError `wrong-use` when the model has no such task
   */
  async predict(texts: readonly TextInput[], taskName?: string, _options?: CallOptions): Promise<Prediction[]> {
    const task = taskName === undefined ? this.tasks.at(0) : this.tasks.find(({ name }) => name === taskName);
    if (task === undefined) {
      throw new AttuneError('wrong-use', `${this.directory} has no task${taskName === undefined ? '' : ` "${taskName}"`} to predict.`, {
        remedy: 'Name a head that attune train wrote.',
      });
    }
    const { rows } = await this.compute(texts, task.output);
    const known = new Map<Float32Array, Prediction>();
    return rows.map((logits) => {
      const prediction = known.get(logits) ?? toPrediction(task, logits);
      known.set(logits, prediction);
      return prediction;
    });
  }

  /**
   * A vector of length 1 for each text, in their order.
   *
   * @throws AttuneError `wrong-use` when the model gives no vectors
   */
  async embed(texts: readonly (string | TextInput)[], _options?: CallOptions): Promise<Float32Array[]> {
    const output = this.model.embeddingOutput;
    if (output === undefined || !this.pool.outputs.includes(output)) {
      throw new AttuneError('wrong-use', `${this.directory} gives no embeddings.`, {
        remedy: 'Export the head with `export: {embedding: true}` in head.yaml, or name an embedding model.',
      });
    }
    const inputs = texts.map((text) => (typeof text === 'string' ? { text } : text));
    return (await this.compute(inputs, output)).rows;
  }

  /**
   * What the model's heads say about each text, and its vector where asked for, in the order of the texts.
   *
   * @throws AttuneError `wrong-use` for a task that the model does not have, or vectors that it does not give; `Overloaded`
   */
  async predictAll(texts: readonly TextInput[], options: PredictAllOptions = {}): Promise<TextPrediction[]> {
    const names = options.tasks ?? this.tasks.map(({ name }) => name);
    const byTask = await Promise.all(names.map((name) => this.predict(texts, name, options)));
    const vectors = options.embedding === true ? await this.embed(texts, options) : undefined;
    return texts.map((_, row) => ({
      tasks: Object.fromEntries(names.map((name, task) => [name, byTask[task][row]])),
      ...(vectors !== undefined && { embedding: vectors[row] }),
    }));
  }

  /** How full the queue is. */
  get load(): QueueLoad {
    return { calls: 0, texts: 0, tokens: 0, busyWorkers: 0 };
  }

  /** The rows of a named ONNX output, and how much was computed for them. */
  async compute(texts: readonly TextInput[], output: string): Promise<ComputedRows> {
    const { unique, positions } = uniqueTexts(texts);
    const computed: Float32Array[] = new Array<Float32Array>(unique.length);
    let tokens = 0;
    let paddedTokens = 0;
    await Promise.all(
      distribute(unique, this.pool.size).map(async (part) => {
        const result = await this.pool.run(
          part.map((index) => unique[index]),
          output,
        );
        part.forEach((index, row) => {
          computed[index] = result.values.subarray(row * result.width, (row + 1) * result.width);
        });
        tokens += result.tokens;
        paddedTokens += result.paddedTokens;
      }),
    );
    return { rows: positions.map((index) => computed[index]), uniqueTexts: unique.length, tokens, paddedTokens };
  }

  /** Ends the worker threads. Calls in hand that have not reached one are refused. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}

function toPrediction(task: ManifestTask, logits: Float32Array): Prediction {
  const { type: _type, ...interpretation } = interpretLogits(task, logits);
  return { probabilities: {}, ...interpretation, logits };
}
