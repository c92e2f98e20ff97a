import type { ModelStore } from '@attune/artifact';
import type { ModelDrift, ModelShadow } from '@attune/contracts';
import type { Logger, Readiness, Shutdown } from '@attune/http-kit';
import { ModelServer, type ModelServerOptions } from '@attune/inference';
import { openModelStore } from '@attune/object-store';
import type { BaseConfiguration } from '../configuration/base-configuration';
import type { DriftMetrics } from '../metrics/drift-metrics';
import type { InferenceMetrics } from '../metrics/inference-metrics';
import type { ShadowMetrics } from '../metrics/shadow-metrics';

/** What a service opens a model with; the rest comes from its configuration and its own parts. */
export type ServedModelOptions = Omit<ModelServerOptions, 'store' | 'observer'>;

/** Opens the models of a service, tied to its metrics, log, readiness and shutdown. */
export class ServedModels {
  private store: Promise<ModelStore> | undefined;
  private readonly servers = new Map<string, ModelServer>();

  constructor(
    private readonly configuration: Pick<BaseConfiguration, 'models' | 'modelCache'>,
    private readonly logger: Logger,
    private readonly inference: InferenceMetrics,
    private readonly drift: DriftMetrics,
    private readonly shadow: ShadowMetrics,
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
    this.servers.set(app, server);
    this.drift.watch(app, () => server.drift);
    this.shadow.watch(app, () => server.shadow);
    this.shutdown.add('storage', 'model', () => server.close());
    server.onSwap(({ version }) => logger.info({ version }, 'another version of the model serves'));
    server.onProblem(({ version, error }) => logger.error({ version, err: error }, 'the promoted version cannot serve'));
    this.readiness.add('model', () => {
      if (!server.ready) throw new Error('it is not loaded');
    });
    return server;
  }

  /** How far each model is from what it was validated on. */
  drifts(): ModelDrift[] {
    return [...this.servers].map(
      ([
        model,
        {
          version,
          drift: { rows, since, drift },
        },
      ]) => ({
        model,
        version,
        rows,
        since: since.toISOString(),
        ...drift,
      }),
    );
  }

  /** What versions in shadow say beside those that serve. */
  shadows(): ModelShadow[] {
    return [...this.servers].flatMap(([model, { shadow }]) => {
      if (shadow === undefined) return [];
      const { version, against, share, startedAt, figures = NOTHING, problem } = shadow;
      return [{ model, version, against, share, startedAt, ...figures, ...(problem === undefined ? {} : { problem }) }];
    });
  }
}

/** Of a version that could not be loaded. */
const NOTHING = { scored: 0, dropped: 0, failed: 0, tasks: {} };
