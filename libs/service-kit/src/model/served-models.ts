import { ModelStore } from '@attune/artifact';
import { ModelServer, type ModelServerOptions } from '@attune/inference';
import type { Readiness } from '../health/readiness';
import type { Logger } from '../logging/logger';
import type { InferenceMetrics } from '../metrics/inference-metrics';
import type { Shutdown } from '../shutdown/shutdown';

/** What a service opens a model with; the rest comes from its own parts. */
export interface ServedModelOptions extends Omit<ModelServerOptions, 'store' | 'observer'> {
  /** Folder of the model store. */
  modelsDirectory: string;
}

/** Opens the model of a service, tied to its metrics, log, readiness and shutdown. */
export class ServedModels {
  constructor(
    private readonly logger: Logger,
    private readonly inference: InferenceMetrics,
    private readonly readiness: Readiness,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws what `ModelServer.open` throws */
  async open({ modelsDirectory, ...options }: ServedModelOptions): Promise<ModelServer> {
    const { app } = options;
    const { logger, inference } = this;
    const server = await ModelServer.open({ ...options, store: new ModelStore(modelsDirectory), observer: inference.observer(app) });
    inference.watch(app, () => server.load);
    this.shutdown.add('storage', 'model', () => server.close());
    server.onSwap(({ version }) => logger.info({ version }, 'another version of the model serves'));
    server.onProblem(({ version, error }) => logger.error({ version, err: error }, 'the promoted version cannot serve'));
    this.readiness.add('model', () => {
      if (!server.ready) throw new Error('it is not loaded');
    });
    return server;
  }
}
