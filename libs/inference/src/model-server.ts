import { ModelStore, type AttuneError, type ManifestTask } from '@attune/artifact';
import type { CallOptions } from './call-options';
import type { QueueLoad } from './observer';
import { Predictor, type PredictAllOptions, type Prediction, type PredictorOptions, type TextPrediction } from './predictor';
import type { TextInput } from './worker-protocol';

export interface ModelServerOptions extends PredictorOptions {
  store: ModelStore;
  app: string;
  /** How often `current` is looked at, in milliseconds; default 5,000, at most 10,000. */
  pollMilliseconds?: number;
}

/** A version in service. */
export interface ServedModel {
  readonly version: string;
  readonly generation: number;
  readonly predictor: Predictor;
}

/** A version that was promoted and could not be loaded; the one before it goes on serving. */
export interface ServingProblem {
  readonly version: string | undefined;
  readonly generation: number | undefined;
  readonly error: AttuneError;
}

/** Serves what a model store's `current` names, and changes over when it changes, without a failed call. */
export class ModelServer {
  private constructor(private readonly served: ServedModel) {}

  /** Loads and warms the current version. @throws AttuneError as `ModelStore.open` and `Predictor.open` do */
  static async open({ store, app, ...options }: ModelServerOptions): Promise<ModelServer> {
    const { directory, version, generation } = await store.open(app);
    return new ModelServer({ version, generation, predictor: await Predictor.open(directory, options) });
  }

  get version(): string {
    return this.served.version;
  }

  get generation(): number {
    return this.served.generation;
  }

  get ready(): boolean {
    return true;
  }

  get tasks(): readonly ManifestTask[] {
    return this.served.predictor.tasks;
  }

  get load(): QueueLoad {
    return this.served.predictor.load;
  }

  /** Why the promoted version does not serve, where it does not. */
  get problem(): ServingProblem | undefined {
    return undefined;
  }

  /** Does work of several calls with one version, which stays loaded until the work ends. */
  using<T>(work: (model: ServedModel) => Promise<T>): Promise<T> {
    return work(this.served);
  }

  predict(texts: readonly TextInput[], taskName?: string, options?: CallOptions): Promise<Prediction[]> {
    return this.using(({ predictor }) => predictor.predict(texts, taskName, options));
  }

  predictAll(texts: readonly TextInput[], options?: PredictAllOptions): Promise<TextPrediction[]> {
    return this.using(({ predictor }) => predictor.predictAll(texts, options));
  }

  embed(texts: readonly (string | TextInput)[], options?: CallOptions): Promise<Float32Array[]> {
    return this.using(({ predictor }) => predictor.embed(texts, options));
  }

  /** Calls back after each change of version. Returns what ends that. */
  onSwap(_listener: (model: ServedModel) => void): () => void {
    return () => undefined;
  }

  /** Calls back when a promoted version cannot be loaded. Returns what ends that. */
  onProblem(_listener: (problem: ServingProblem) => void): () => void {
    return () => undefined;
  }

  /** Looks at `current` at once, as when a notice of a promotion arrived; resolves when the change, if any, is done. */
  check(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.served.predictor.close();
  }
}
