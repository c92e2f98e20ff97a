import { AttuneError } from '@attune/artifact';
import { NestFactory } from '@nestjs/core';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BaseConfiguration } from '../configuration/define-configuration';
import { asyncApiDocument } from '../documents/asyncapi-document';
import { openApiDocument, type OpenApiDocument } from '../documents/openapi-document';
import { createHttpAdapter } from '../http/fastify-adapter';
import { createLogger, type Logger } from '../logging/logger';
import { NestLogger } from '../logging/nest-logger';
import { Metrics } from '../metrics/metrics';
import { RouteTable } from '../problems/route-table';
import { ApiKeys } from '../security/api-keys';
import { Shutdown, type ShutdownReport } from '../shutdown/shutdown';
import { Tracing } from '../tracing/tracing';
import { KitModule } from './kit.module';
import type { Service, ServiceOptions } from './service-options';

/**
 * Starts a service: Nest on Fastify with everything of this library, listening.
 *
 * @throws {AttuneError} `bad-config` where it cannot listen or its API keys cannot be read; what modules throw as they start
 */
export async function createService<Configuration extends BaseConfiguration>(options: ServiceOptions<Configuration>): Promise<Service> {
  const { name, version, configuration } = options;
  const logger = options.logger ?? createLogger({ name, version, level: configuration.logLevel });
  const apiKeys = await ApiKeys.open({ entries: configuration.apiKeys, file: configuration.apiKeysFile, logger });
  const tracing = await Tracing.open({ endpoint: configuration.otlpEndpoint, service: name, version });
  const metrics = new Metrics();
  const started = await startNest(options, { logger, apiKeys, tracing, metrics });
  const { app, url } = started;
  logger.info({ url, keys: apiKeys.required }, 'the service listens');
  return {
    app,
    logger,
    url,
    openApi: started.openApi,
    asyncApi: started.asyncApi,
    close: (reason = 'closed') => closeService(app, reason, configuration),
  };
}

interface Parts {
  readonly logger: Logger;
  readonly apiKeys: ApiKeys;
  readonly tracing: Tracing;
  readonly metrics: Metrics;
}

type Started = Pick<Service, 'app' | 'url' | 'openApi' | 'asyncApi'>;

async function startNest(options: ServiceOptions, parts: Parts): Promise<Started> {
  const { configuration, documents, version } = options;
  const routes = new RouteTable();
  const adapter = await createHttpAdapter({ ...parts, configuration, routes, streamedMediaTypes: options.streamedMediaTypes ?? [] });
  const described = {
    title: documents.title,
    openApi: once((): OpenApiDocument => openApiDocument(app, documents, version)),
    asyncApi: once(() => (documents.topics === undefined ? undefined : asyncApiDocument(documents.topics, { ...documents, version }))),
  };
  const kit = { ...parts, configuration, routes, documents: described, checkAnswers: options.checkAnswers ?? false };
  const app = await NestFactory.create<NestFastifyApplication>(KitModule.forService(kit, options.module), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(parts.logger),
  });
  try {
    addShutdownSteps(app, adapter, parts);
    await app.init();
    await options.prepare?.(app);
    return { app, url: await listen(app, configuration), openApi: described.openApi, asyncApi: described.asyncApi };
  } catch (error) {
    await closeService(app, 'the start failed', { ...configuration, drainSeconds: 0 });
    throw error;
  }
}

function addShutdownSteps(app: NestFastifyApplication, adapter: FastifyAdapter, { apiKeys, metrics, tracing }: Parts): void {
  const shutdown = app.get(Shutdown);
  shutdown.add('http', 'http server', async (deadline) => {
    const server = adapter.getInstance().server;
    const cut = () => server.closeAllConnections();
    deadline.addEventListener('abort', cut, { once: true });
    await adapter.close();
    deadline.removeEventListener('abort', cut);
  });
  shutdown.add('telemetry', 'traces', () => tracing.close());
  shutdown.add('telemetry', 'metrics', () => metrics.close());
  shutdown.add('telemetry', 'API keys', () => apiKeys.close());
}

async function listen(app: NestFastifyApplication, { host, port }: BaseConfiguration): Promise<string> {
  try {
    await app.listen({ host, port });
    return (await app.getUrl()).replace('[::1]', host === 'localhost' ? 'localhost' : '[::1]');
  } catch (error) {
    throw new AttuneError('bad-config', `The service cannot listen on ${host}, port ${String(port)}.`, {
      cause: error,
      remedy: 'Set ATTUNE_HOST and ATTUNE_PORT to an address of this machine and a port that is free.',
    });
  }
}

async function closeService(app: NestFastifyApplication, reason: string, configuration: BaseConfiguration): Promise<ShutdownReport> {
  const { drainSeconds, shutdownSeconds: deadlineSeconds } = configuration;
  const report = await app.get(Shutdown).run(reason, { drainSeconds, deadlineSeconds });
  // Nest's own hooks run last; whatever they find was closed in order before.
  await app.close();
  return report;
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | undefined;
  return () => (made ??= { result: make() }).result;
}
