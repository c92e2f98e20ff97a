import type { ModelStore } from '@attune/artifact';
import type { Logger, Readiness, Shutdown } from '@attune/http-kit';
import { ModelServer, type ModelServerOptions } from '@attune/inference';
import { openModelStore } from '@attune/object-store';
import type { BaseConfiguration } from '../configuration/base-configuration';
import type { InferenceMetrics } from '../metrics/inference-metrics';

/** What a service opens a model with; the rest comes from its configuration and its own parts. */
export type ServedModelOptions = Omit<ModelServerOptions, 'store' | 'observer'>;

/** Opens the models of a service, tied to its metrics, log, readiness and shutdown. */
export class ServedModels {
  private store: Promise<ModelStore> | undefined;

  constructor(
    private readonly configuration: Pick<BaseConfiguration, 'models' | 'modelCache'>,
    private readonly logger: Logger,
    private readonly inference: InferenceMetrics,
    private readonly readiness: Readiness,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws what `ModelServer.open` throws */
  async open(options: ServedModelOptions): Promise<ModelServer> {
    const { app } = options;
    const { logger, inference } = this;
    const { models, modelCache } = this.configuration;
    this.store ??= openModelStore(models, { cache: modelCache });
    const server = await ModelServer.open({ ...options, store: await this.store, observer: inference.observer(app) });
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
