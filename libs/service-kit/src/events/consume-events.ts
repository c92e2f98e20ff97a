import { EventStreamServer } from '@attune/event-stream';
import type { Shutdown } from '@attune/http-kit';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventConsumption } from './event-consumption';

/**
 * Subscribes the methods with `@BatchHandler` to the service's stream, when everything they need is up, and ends that
 * first at the shutdown. Does nothing in a service without a stream.
 *
 * @throws {AttuneError} `missing-topic`
 */
export async function consumeEvents(app: NestFastifyApplication, shutdown: Shutdown): Promise<void> {
  const consumption = findConsumption(app);
  if (consumption === undefined) return;
  const server = new EventStreamServer(consumption.stream);
  app.connectMicroservice({ strategy: server });
  shutdown.add('intake', 'event consumers', () => server.close());
  await app.startAllMicroservices();
}

/** Asking Nest for a provider that is not there would be logged as an error. */
function findConsumption(app: NestFastifyApplication): EventConsumption | undefined {
  for (const { providers } of app.get(ModulesContainer).values()) {
    const instance: unknown = providers.get(EventConsumption)?.instance;
    if (instance instanceof EventConsumption) return instance;
  }
  return undefined;
}
