import { AttuneError } from '@attune/errors';
import type { HttpConfiguration, ConfigurationDefinition } from '../configuration/define-configuration';
import { createLogger, type Logger } from '../logging/logger';
import { createService } from './create-service';
import { describeService } from './describe-service';
import type { Service, ServiceOptions } from './service-options';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs a service as the process: loads its configuration from the environment, starts it, and shuts it down in order at
 * SIGTERM or SIGINT; a second signal ends it at once. The process ends with
 *
 * - 0 after an orderly shutdown, 1 after one whose steps failed or took too long,
 * - 2 where the configuration is wrong, 1 where the start fails otherwise,
 * - 1 at an unhandled rejection or exception: the state is unknown then, and whoever started it starts it again.
 *
 * With the argument `--openapi` the process prints the OpenAPI document of the service instead, and opens nothing.
 *
 * @param options makes the service from the configuration; it may open what the modules stand on
 */
export async function runService<Configuration extends HttpConfiguration>(
  definition: ConfigurationDefinition<Configuration>,
  options: (configuration: Configuration) => ServiceOptions<Configuration> | Promise<ServiceOptions<Configuration>>,
): Promise<void> {
  let logger = createLogger({ name: 'service', level: 'info' });
  const endOnFault = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error }, kind);
    process.exit(1);
  };
  process.on('uncaughtException', endOnFault('an exception that nobody handles'));
  process.on('unhandledRejection', endOnFault('a rejection that nobody handles'));
  try {
    const made = await options(definition.loadConfiguration(process.env));
    if (process.argv.includes('--openapi')) {
      process.stdout.write(`${JSON.stringify(await describeService(made), null, 2)}\n`);
      return;
    }
    logger = made.logger ?? createLogger({ name: made.name, version: made.version, level: made.configuration.logLevel });
    const early = listenForSignals();
    const service = await createService({ ...made, logger });
    stopAtSignal(service, early);
  } catch (error) {
    failStart(error, logger);
  }
}

/** A signal that comes while the service starts must not be lost, nor end it half open. */
function listenForSignals(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        if (stopping) process.exit(1);
        stopping = true;
        resolve(signal);
      });
    }
  });
}

function stopAtSignal(service: Service, received: Promise<NodeJS.Signals>): void {
  void received.then(async (signal) => {
    const { failed } = await service.close(signal);
    // Something left open must not hold the process: everything worth waiting for has been waited for.
    process.exit(failed.length === 0 ? 0 : 1);
  });
}

/** For a person, as the command line says it; whatever is not foreseen goes to the log whole. */
function failStart(error: unknown, logger: Logger): never {
  if (!(error instanceof AttuneError)) {
    logger.fatal({ err: error }, 'the service cannot start');
    process.exit(1);
  }
  process.stderr.write(`${error.message}${error.remedy === undefined ? '' : `\n${error.remedy}`}\n`);
  process.exit(error.exitStatus);
}
