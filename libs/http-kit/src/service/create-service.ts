import { AttuneError } from '@attune/errors';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { HttpConfiguration } from '../configuration/define-configuration';
import { asyncApiDocument } from '../documents/asyncapi-document';
import { openApiDocument, type OpenApiDocument } from '../documents/openapi-document';
import { Readiness } from '../health/readiness';
import { closingServer } from '../http/closing-server';
import { createHttpAdapter } from '../http/fastify-adapter';
import { createLogger, type Logger } from '../logging/logger';
import { NestLogger } from '../logging/nest-logger';
import { Metrics } from '../metrics/metrics';
import { RouteTable } from '../problems/route-table';
import { ApiKeys } from '../security/api-keys';
import { Shutdown } from '../shutdown/shutdown';
import { Tracing } from '../tracing/tracing';
import { KitModule } from './kit.module';
import type { Service, ServiceOptions } from './service-options';

/**
 * Starts a service: Nest on Fastify with everything of this library, listening. What was opened is closed again where the start fails.
 *
 * @throws {AttuneError} `bad-config` where it cannot listen or its API keys cannot be read; what modules throw as they start
 */
export async function createService<Configuration extends HttpConfiguration>(options: ServiceOptions<Configuration>): Promise<Service> {
  const { name, version, configuration } = options;
  const logger = options.logger ?? createLogger({ name, version, level: configuration.logLevel });
  const readiness = new Readiness();
  const shutdown = new Shutdown(logger, readiness);
  try {
    const apiKeys = await ApiKeys.open({ entries: configuration.apiKeys, file: configuration.apiKeysFile, logger });
    shutdown.add('telemetry', 'API keys', () => apiKeys.close());
    const tracing = await Tracing.open({ endpoint: configuration.otlpEndpoint, service: name, version });
    shutdown.add('telemetry', 'traces', () => tracing.close());
    const metrics = new Metrics();
    shutdown.add('telemetry', 'metrics', () => metrics.close());
    return await startNest(options, { logger, apiKeys, tracing, metrics, readiness, shutdown });
  } catch (error) {
    await shutdown.run('the start failed', { drainSeconds: 0, deadlineSeconds: configuration.shutdownSeconds });
    throw error;
  }
}

interface Parts {
  readonly logger: Logger;
  readonly apiKeys: ApiKeys;
  readonly tracing: Tracing;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly shutdown: Shutdown;
}

async function startNest(options: ServiceOptions, parts: Parts): Promise<Service> {
  const { configuration, documents, version } = options;
  const { logger, shutdown } = parts;
  const routes = new RouteTable();
  const adapter = await createHttpAdapter({ ...parts, configuration, routes, streamedMediaTypes: options.streamedMediaTypes ?? [] });
  const openApi = once((): OpenApiDocument => openApiDocument(app, documents, version));
  const { topics } = documents;
  const asyncApi = once(() => (topics === undefined ? undefined : asyncApiDocument(topics, { ...documents, version })));
  const kit = { ...parts, configuration, routes, documents: { title: documents.title, openApi, asyncApi } };
  const module = KitModule.forService({ ...kit, checkAnswers: options.checkAnswers ?? false }, options.module);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(logger),
  });
  const closeHttp = closingServer(adapter.getInstance());
  shutdown.add('http', 'http server', closeHttp);
  // Nest's own hooks run last; whatever they find was closed in order before.
  shutdown.add('modules', 'modules', () => app.close());
  options.configure?.(app);
  await app.init();
  await options.prepare?.(app);
  const url = await listen(app, configuration);
  logger.info({ url, keys: parts.apiKeys.required }, 'the service listens');
  const timing = { drainSeconds: configuration.drainSeconds, deadlineSeconds: configuration.shutdownSeconds };
  return { app, logger, url, openApi, asyncApi, close: (reason = 'closed') => shutdown.run(reason, timing) };
}

async function listen(app: NestFastifyApplication, { host, port }: HttpConfiguration): Promise<string> {
  try {
    await app.listen({ host, port });
    return await app.getUrl();
  } catch (error) {
    throw new AttuneError('bad-config', `The service cannot listen on ${host}, port ${String(port)}.`, {
      cause: error,
      remedy: 'Set ATTUNE_HOST and ATTUNE_PORT to an address of this machine and a port that is free.',
    });
  }
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | undefined;
  return () => (made ??= { result: make() }).result;
}
