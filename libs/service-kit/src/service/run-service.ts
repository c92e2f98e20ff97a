import type { BaseConfiguration, ConfigurationDefinition } from '../configuration/define-configuration';
import { createService } from './create-service';
import type { ServiceOptions } from './service-options';

/**
 * Runs a service as the process: loads its configuration from the environment, starts it, and shuts it down in order at
 * SIGTERM or SIGINT. Faults of the start end the process with status 2 (configuration) or 1, an unhandled rejection with 1.
 */
export async function runService<Configuration extends BaseConfiguration>(
  definition: ConfigurationDefinition<Configuration>,
  options: (configuration: Configuration) => ServiceOptions<Configuration>,
): Promise<void> {
  await createService(options(definition.loadConfiguration(process.env)));
}
