import { AttuneError, interpretLogits, type ManifestTask } from '@attune/artifact';
import type { ComputedText } from './call';
import type { CallOptions } from './call-options';
import { cpuLimit } from './cpu-limit';
import { InferenceQueue } from './inference-queue';
import { readModelDirectory, type Precision, type ServableModel } from './model-directory';
import type { InferenceObserver, QueueLoad } from './observer';
import { uniqueTexts } from './unique-texts';
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
  /** Whether its threads stand behind those of other models, too. */
  background?: boolean;
  /** Hears of every text that a head judges, with its vector where the model gives one: for watching what it is asked. */
  onJudged?: (text: ComputedText, input: TextInput) => void;
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
const DEFAULT_QUEUE_TOKENS = 32_768;

/**
 * A model that answers: texts are cleaned as the model's manifest says, tokenised and computed in worker threads, sorted
 * by length into batches; identical texts are computed once. Calls may overlap: while a worker is idle a text goes to it at
 * once, and under load texts of several calls share batches.
 */
export class Predictor {
  private readonly outputLists = new Map<string, readonly string[]>();

  private constructor(
    /** Of the model. */
    readonly directory: string,
    private readonly model: ServableModel,
    private readonly queue: InferenceQueue,
    private readonly pool: WorkerPool,
    private readonly onJudged: PredictorOptions['onJudged'],
  ) {}

  /**
   * Loads a head's directory, or that of an embedding model, starts its workers and warms them up.
   *
   * @throws AttuneError `missing-file` or `bad-model` when there is no such model, or not in that precision
   */
  static async open(directory: string, options: PredictorOptions): Promise<Predictor> {
    const model = await readModelDirectory(directory, options.precision);
    const { onnxFile, tokenizerDirectory, normalization, maxLength } = model;
    const { threads: workers = cpuLimit(), tokenBudget = DEFAULT_TOKEN_BUDGET, queueTokens = DEFAULT_QUEUE_TOKENS } = options;
    const queue = new InferenceQueue({ maxLength, tokenBudget, queueTokens, workers }, options.observer ?? {});
    const { background = false } = options;
    const setup = { onnxFile, tokenizerDirectory, normalization, maxLength, tokenBudget, background };
    return new Predictor(directory, model, queue, await WorkerPool.start(setup, workers, queue), options.onJudged);
  }

  /** The tasks of the model's heads; none where it only embeds. */
  get tasks(): readonly ManifestTask[] {
    return this.model.tasks;
  }

  /** Whether it gives vectors of texts. */
  get embeds(): boolean {
    const output = this.model.embeddingOutput;
    return output !== undefined && this.pool.outputs.includes(output);
  }

  /** How texts become tokens: the directory of the tokenizer, and how many tokens are read of a text, special ones included. */
  get tokenization(): { readonly directory: string; readonly maxLength: number } {
    return { directory: this.model.tokenizerDirectory, maxLength: this.model.maxLength };
  }

  /** Name of the output of vectors, where the model gives them. */
  get embeddingName(): string | undefined {
    return this.embeds ? this.model.embeddingOutput : undefined;
  }

  /** Worker threads. */
  get threads(): number {
    return this.pool.size;
  }

  /** Whether a worker is there to compute. */
  get isAlive(): boolean {
    return this.pool.isAlive;
  }

  /** How full the queue is. */
  get load(): QueueLoad {
    return { ...this.queue.load, busyWorkers: this.pool.busy };
  }

  /**
   * What the head of a task says about each text, in their order.
   *
   * @param taskName default the model's first task
   * @throws AttuneError `wrong-use` when the model has no such task, `interrupted` when the call is withdrawn; `Overloaded`
   */
  async predict(texts: readonly TextInput[], taskName?: string, options: CallOptions = {}): Promise<Prediction[]> {
    const task = this.taskNamed(taskName);
    const { rows } = await this.compute(texts, task.output, options);
    return interpretRows(task, rows);
  }

  /**
   * A vector of length 1 for each text, in their order.
   *
   * @throws AttuneError `wrong-use` when the model gives no vectors, `interrupted` when the call is withdrawn; `Overloaded`
   */
  async embed(texts: readonly (string | TextInput)[], options: CallOptions = {}): Promise<Float32Array[]> {
    const inputs = texts.map((text) => (typeof text === 'string' ? { text } : text));
    return (await this.compute(inputs, this.embeddingOutput(), options)).rows;
  }

  /**
   * What the model's heads say about each text, and its vector where asked for, in the order of the texts: of one pass through the model.
   *
   * @throws AttuneError `wrong-use` for a task that the model does not have, or vectors that it does not give, `interrupted` when the call
   *   is withdrawn; `Overloaded`
   */
  async predictAll(
    texts: readonly TextInput[],
    { tasks: names, embedding, ...options }: PredictAllOptions = {},
  ): Promise<TextPrediction[]> {
    const tasks = names === undefined ? this.tasks : names.map((name) => this.taskNamed(name));
    const vectors = embedding === true ? this.embeddingOutput() : undefined;
    const outputs = [...tasks.map(({ output }) => output), ...(vectors === undefined ? [] : [vectors])];
    const { computed, positions } = await this.run(texts, [...new Set(outputs)], options);
    const predictions = computed.map(({ rows }): TextPrediction => ({
      tasks: Object.fromEntries(tasks.map((task) => [task.name, toPrediction(task, rowNamed(rows, task.output))])),
      ...(vectors !== undefined && { embedding: rowNamed(rows, vectors) }),
    }));
    return positions.map((position) => predictions[position]);
  }

  /**
   * What all heads of the model give for each text, in the order of the texts.
   *
   * @throws AttuneError `interrupted` when the call is withdrawn; `Overloaded`
   */
  async judge(texts: readonly TextInput[], options: CallOptions = {}): Promise<ComputedText[]> {
    const outputs = [...new Set(this.tasks.map(({ output }) => output))];
    const { computed, positions } = await this.run(texts, outputs, options);
    return positions.map((position) => computed[position]);
  }

  /** The rows of a named ONNX output, and how much was computed for them. */
  async compute(texts: readonly TextInput[], output: string, options: CallOptions = {}): Promise<ComputedRows> {
    const { computed, positions } = await this.run(texts, this.outputList(output), options);
    const rows = computed.map((text) => rowNamed(text.rows, output));
    const sum = (count: (text: ComputedText) => number): number => computed.reduce((total, text) => total + count(text), 0);
    return {
      rows: positions.map((position) => rows[position]),
      uniqueTexts: computed.length,
      tokens: sum(({ tokens }) => tokens),
      paddedTokens: Math.round(sum(({ paddedTokens }) => paddedTokens)),
    };
  }

  /** Ends the worker threads. Calls in hand that have not reached one are refused. */
  async close(): Promise<void> {
    this.queue.close();
    await this.pool.close();
  }

  private async run(
    texts: readonly TextInput[],
    outputs: readonly string[],
    options: CallOptions,
  ): Promise<{ computed: ComputedText[]; positions: number[] }> {
    const { unique, positions } = uniqueTexts(texts);
    if (unique.length === 0 || outputs.length === 0) return { computed: unique.map(() => NOTHING), positions };
    const isJudged = this.onJudged !== undefined && this.tasks.some(({ output }) => outputs.includes(output));
    const submitted = this.queue.submit(unique, isJudged ? this.withEmbedding(outputs) : outputs, options);
    this.pool.wake();
    const computed = await submitted;
    if (isJudged) computed.forEach((text, place) => this.onJudged?.(text, unique[place]));
    return { computed, positions };
  }

  /** The vector of a text comes of the same pass, next to nothing for whoever watches. */
  private withEmbedding(outputs: readonly string[]): readonly string[] {
    const { embeddingOutput } = this.model;
    if (embeddingOutput === undefined || !this.embeds || outputs.includes(embeddingOutput)) return outputs;
    const name = [...outputs, embeddingOutput].join('\n');
    const known = this.outputLists.get(name) ?? [...outputs, embeddingOutput];
    this.outputLists.set(name, known);
    return known;
  }

  /** One list a name, so that texts that want the same are told by it. */
  private outputList(output: string): readonly string[] {
    const known = this.outputLists.get(output) ?? [output];
    this.outputLists.set(output, known);
    return known;
  }

  private taskNamed(name: string | undefined): ManifestTask {
    const task = name === undefined ? this.tasks.at(0) : this.tasks.find((candidate) => candidate.name === name);
    if (task !== undefined) return task;
    throw new AttuneError('wrong-use', `${this.directory} has no task${name === undefined ? '' : ` "${name}"`} to predict.`, {
      remedy: 'Name a head that attune train wrote.',
    });
  }

  private embeddingOutput(): string {
    const output = this.model.embeddingOutput;
    if (output !== undefined && this.embeds) return output;
    throw new AttuneError('wrong-use', `${this.directory} gives no embeddings.`, {
      remedy: 'Export the head with `export: {embedding: true}` in head.yaml, or name an embedding model.',
    });
  }
}

const NOTHING: ComputedText = { rows: new Map(), tokens: 0, paddedTokens: 0, seconds: 0 };

function rowNamed(rows: ComputedText['rows'], output: string): Float32Array {
  const row = rows.get(output);
  if (row === undefined) throw new AttuneError('inference-failed', `The model gave no output "${output}".`);
  return row;
}

/** Equal texts share their row, and so their prediction. */
function interpretRows(task: ManifestTask, rows: readonly Float32Array[]): Prediction[] {
  const known = new Map<Float32Array, Prediction>();
  return rows.map((logits) => {
    const prediction = known.get(logits) ?? toPrediction(task, logits);
    known.set(logits, prediction);
    return prediction;
  });
}

function toPrediction(task: ManifestTask, logits: Float32Array): Prediction {
  const { type: _type, ...interpretation } = interpretLogits(task, logits);
  return { probabilities: {}, ...interpretation, logits };
}
