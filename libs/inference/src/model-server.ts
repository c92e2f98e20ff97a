import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttuneError,
  readTrainingExamples,
  REFERENCE_FILE,
  scoreSketchSchema,
  verifyFiles,
  type ManifestTask,
  type ModelStore,
  type Promotion,
  type ScoreSketch,
  type StoredModel,
  type TrainingExamples,
} from '@attune/artifact';
import type { ComputedText } from './call';
import type { CallOptions } from './call-options';
import type { QueueLoad } from './observer';
import { Predictor, type PredictAllOptions, type Prediction, type PredictorOptions, type TextPrediction } from './predictor';
import { ScoreWatch, type DriftReport } from './score-watch';
import { ShadowServer, type ShadowReport } from './shadow/shadow-server';
import type { TextInput } from './worker-protocol';

export interface ModelServerOptions extends PredictorOptions {
  store: ModelStore;
  app: string;
  /** How often `current` is looked at, in milliseconds; default 5,000, at most 10,000. */
  pollMilliseconds?: number;
  /** Of numbers between 0 and 1, by which texts are chosen for a version in shadow; default Math.random. */
  random?: () => number;
  /** Throws where a version is none for this service, such as a head of another task. Called before the version is loaded. */
  accept?(model: StoredModel): void;
  /** Gets ready what a version needs before it serves, such as vectors of its own. Called when it is loaded; until the promise resolves, the one before serves. */
  prepare?(model: ServedModel): Promise<void>;
}

/** A version in service. */
export interface ServedModel {
  readonly version: string;
  readonly generation: number;
  /** SHA-256 of its manifest. */
  readonly manifestSha256: string;
  readonly predictor: Predictor;
  /** What it is asked and says of late, beside its validation rows. */
  readonly watch: ScoreWatch;
  /** Rows that it learnt from, where it keeps some. */
  readonly examples: TrainingExamples | undefined;
}

/** A version that was promoted and does not serve; the one before it goes on serving. */
export interface ServingProblem {
  /** Absent where not even `current` could be read. */
  readonly version: string | undefined;
  readonly generation: number | undefined;
  readonly error: AttuneError;
}

const DEFAULT_POLL = 5000;
const LONGEST_POLL = 10_000;
/** Milliseconds before a version that could not be loaded is tried again; doubled each time, up to the longest. */
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 300_000;

/** A version with the work in hand that needs it. */
class Lease {
  private users = 0;
  private onIdle: (() => void) | undefined;

  constructor(private served: ServedModel) {}

  get model(): ServedModel {
    return this.served;
  }

  /** The same version serves under another generation. */
  renumber(generation: number): void {
    this.served = { ...this.served, generation };
  }

  async use<T>(work: (model: ServedModel) => Promise<T>): Promise<T> {
    this.users++;
    try {
      return await work(this.model);
    } finally {
      if (--this.users === 0) this.onIdle?.();
    }
  }

  /** Closes the version when nothing needs it any more. */
  async retire(): Promise<void> {
    if (this.users > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    await this.model.predictor.close();
  }
}

/**
 * Serves what a model store's `current` names. When that changes, the new version is loaded and warmed while the old one goes on
 * serving; then calls go to the new one, and the old one ends after the calls that it has. A version that cannot be loaded is
 * reported and changes nothing.
 */
export class ModelServer {
  private readonly swapListeners = new Set<(model: ServedModel) => void>();
  private readonly problemListeners = new Set<(problem: ServingProblem) => void>();
  private readonly retiring = new Set<Promise<void>>();
  private checking: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private found: ServingProblem | undefined;
  private retryAt = 0;
  private pause = FIRST_PAUSE;

  private constructor(
    private readonly options: ModelServerOptions,
    private lease: Lease,
    private readonly beside: ShadowServer,
  ) {}

  /**
   * Loads and warms the current version.
   *
   * @throws AttuneError as `ModelStore.open`, `Predictor.open`, `accept` and `prepare` do
   */
  static async open(options: ModelServerOptions): Promise<ModelServer> {
    const shadow = new ShadowServer(options);
    const server = new ModelServer(options, new Lease(await load(options, shadow)), shadow);
    void server.checkShadow();
    server.schedule();
    return server;
  }

  get version(): string {
    return this.lease.model.version;
  }

  get generation(): number {
    return this.lease.model.generation;
  }

  /** Whether texts can be computed now. */
  get ready(): boolean {
    return !this.closed && this.lease.model.predictor.isAlive;
  }

  /** The tasks of the version that serves. */
  get tasks(): readonly ManifestTask[] {
    return this.lease.model.predictor.tasks;
  }

  /** Whether the version that serves gives vectors of texts. */
  get embeds(): boolean {
    return this.lease.model.predictor.embeds;
  }

  get load(): QueueLoad {
    return this.lease.model.predictor.load;
  }

  /** How far what the version that serves is asked, and what it says, has moved from its validation rows. */
  get drift(): DriftReport {
    return this.lease.model.watch.report();
  }

  /** What is in shadow beside the version that serves, if anything is. */
  get shadow(): ShadowReport | undefined {
    return this.beside.report;
  }

  /** Why the promoted version does not serve, where it does not. */
  get problem(): ServingProblem | undefined {
    return this.found;
  }

  /** Does work of several calls with one version, which stays loaded until the work ends. */
  using<T>(work: (model: ServedModel) => Promise<T>): Promise<T> {
    return this.lease.use(work);
  }

  /** See `Predictor.predict`. */
  predict(texts: readonly TextInput[], taskName?: string, options?: CallOptions): Promise<Prediction[]> {
    return this.using(({ predictor }) => predictor.predict(texts, taskName, options));
  }

  /** See `Predictor.predictAll`. */
  predictAll(texts: readonly TextInput[], options?: PredictAllOptions): Promise<TextPrediction[]> {
    return this.using(({ predictor }) => predictor.predictAll(texts, options));
  }

  /** See `Predictor.embed`. */
  embed(texts: readonly (string | TextInput)[], options?: CallOptions): Promise<Float32Array[]> {
    return this.using(({ predictor }) => predictor.embed(texts, options));
  }

  /** Calls back after each change of version. Returns what ends that. */
  onSwap(listener: (model: ServedModel) => void): () => void {
    this.swapListeners.add(listener);
    return () => this.swapListeners.delete(listener);
  }

  /** Calls back when a promoted version cannot be loaded. Returns what ends that. */
  onProblem(listener: (problem: ServingProblem) => void): () => void {
    this.problemListeners.add(listener);
    return () => this.problemListeners.delete(listener);
  }

  /** Looks at `current` at once, as when a notice of a promotion arrives. Resolves when the change, if any, is made or has failed. */
  check(): Promise<void> {
    this.checking = this.checking.then(() => this.follow());
    return this.checking;
  }

  /** Looks at once at what is in shadow. Resolves when the change, if any, is made or has failed; no check of what serves waits for it. */
  checkShadow(): Promise<void> {
    return this.beside.follow(this.lease.model);
  }

  /** Resolves when what is in shadow has scored all that it was given. */
  shadowSettled(): Promise<void> {
    return this.beside.settled();
  }

  /** Ends polling, lets calls in hand end, and ends every worker. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.checking;
    await this.beside.close();
    await Promise.all([this.lease.retire(), ...this.retiring]);
  }

  private schedule(): void {
    if (this.closed) return;
    const milliseconds = Math.min(LONGEST_POLL, this.options.pollMilliseconds ?? DEFAULT_POLL);
    const look = async (): Promise<void> => {
      await this.check();
      void this.checkShadow();
      this.schedule();
    };
    this.timer = setTimeout(() => void look(), milliseconds);
    this.timer.unref();
  }

  private async follow(): Promise<void> {
    if (this.closed) return;
    const { store, app } = this.options;
    let promoted: Promotion | undefined;
    try {
      promoted = await store.current(app);
      if (promoted === undefined || promoted.generation === this.generation) return this.settle();
      if (this.isServed(promoted)) return this.renumber(promoted);
      if (this.found?.generation === promoted.generation && Date.now() < this.retryAt) return;
      const model = await load(this.options, this.beside);
      if (this.closed) await model.predictor.close();
      else this.swap(model);
    } catch (cause) {
      this.report(promoted, cause);
    }
  }

  /** The version that serves was promoted again. */
  private isServed({ version, manifestSha256 }: Promotion): boolean {
    const { model } = this.lease;
    return model.version === version && model.manifestSha256 === manifestSha256;
  }

  private renumber({ generation }: Promotion): void {
    this.lease.renumber(generation);
    this.settle();
  }

  private settle(): void {
    this.found = undefined;
    this.pause = FIRST_PAUSE;
  }

  private swap(model: ServedModel): void {
    const former = this.lease;
    this.lease = new Lease(model);
    this.settle();
    const retired = former.retire().finally(() => this.retiring.delete(retired));
    this.retiring.add(retired);
    for (const listener of this.swapListeners) listener(model);
  }

  private report(promoted: Promotion | undefined, cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    const error =
      cause instanceof AttuneError ? cause : new AttuneError('bad-model', `The promoted version cannot be loaded: ${message}`, { cause });
    const isNew = this.found?.generation !== promoted?.generation || this.found?.error.message !== error.message;
    if (this.found?.generation !== promoted?.generation) this.pause = FIRST_PAUSE;
    this.found = { version: promoted?.version, generation: promoted?.generation, error };
    this.retryAt = Date.now() + this.pause;
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    if (isNew) for (const listener of this.problemListeners) listener(this.found);
  }
}

async function load({ store, app, accept, prepare, ...options }: ModelServerOptions, shadow: ShadowServer): Promise<ServedModel> {
  const stored = await store.open(app);
  accept?.(stored);
  const { version, generation, manifestSha256, directory, manifest } = stored;
  // Versions differ, and a service outlives them: one without the quantised file is served as it is.
  const precision = manifest.onnx[options.precision] === undefined ? 'fp32' : options.precision;
  const reference = await readReference(stored);
  // Damaged ones are no reason not to serve.
  const examples = await readTrainingExamples(directory, manifest).catch(() => undefined);
  const onJudged = (text: ComputedText, input: TextInput): void => {
    // Nothing is judged before it is opened.
    watch.add(text);
    shadow.offer(stored, input, text);
  };
  const predictor = await Predictor.open(directory, { ...options, precision, onJudged });
  const watch = new ScoreWatch({ tasks: predictor.tasks, embeddingOutput: predictor.embeddingName, reference });
  const model = { version, generation, manifestSha256, predictor, watch, examples };
  try {
    await prepare?.(model);
    return model;
  } catch (error) {
    await model.predictor.close();
    throw error;
  }
}

/** The sketch of a version's validation rows; one without it, or with a damaged one, serves all the same. */
async function readReference({ directory, manifest }: StoredModel): Promise<ScoreSketch | undefined> {
  if (!(REFERENCE_FILE in manifest.files)) return undefined;
  try {
    await verifyFiles(directory, manifest, [REFERENCE_FILE]);
    return scoreSketchSchema.parse(JSON.parse(await readFile(join(directory, REFERENCE_FILE), 'utf8')));
  } catch {
    return undefined;
  }
}
