import {
  createService as createHttpService,
  runService as runHttpService,
  Shutdown,
  type ConfigurationDefinition,
  type Service,
  type ServiceOptions,
} from '@attune/http-kit';
import type { BaseConfiguration } from '../configuration/base-configuration';
import { consumeEvents } from '../events/consume-events';
import { RuntimeModule } from './runtime.module';

/**
 * Starts a service: an HTTP server with models to serve, which consumes where it has handlers of events. What was opened is closed again where
 * the start fails.
 *
 * @throws {AttuneError} `bad-config` where it cannot listen or its API keys cannot be read; what modules throw as they start
 */
export function createService<Configuration extends BaseConfiguration>(options: ServiceOptions<Configuration>): Promise<Service> {
  return createHttpService(withRuntime(options));
}

/**
 * Runs a service as the process, as `runService` of http-kit does an HTTP server.
 *
 * @param options makes the service from the configuration; it may open what the modules stand on
 */
export function runService<Configuration extends BaseConfiguration>(
  definition: ConfigurationDefinition<Configuration>,
  options: (configuration: Configuration) => ServiceOptions<Configuration> | Promise<ServiceOptions<Configuration>>,
): Promise<void> {
  return runHttpService(definition, async (configuration) => withRuntime(await options(configuration)));
}

function withRuntime<Configuration extends BaseConfiguration>(options: ServiceOptions<Configuration>): ServiceOptions<Configuration> {
  return {
    ...options,
    module: RuntimeModule.around(options.module),
    prepare: async (app) => {
      await options.prepare?.(app);
      await consumeEvents(app, app.get(Shutdown, { strict: false }));
    },
  };
}
