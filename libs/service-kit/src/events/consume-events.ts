import { EventStreamServer } from '@attune/event-stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Shutdown } from '../shutdown/shutdown';
import { EventConsumption } from './event-consumption';

/**
 * Subscribes the methods with `@BatchHandler` to the service's stream, when everything they need is up, and ends that
 * first at the shutdown. Does nothing in a service without a stream.
 *
 * @throws {AttuneError} `missing-topic`
 */
export async function consumeEvents(app: NestFastifyApplication, shutdown: Shutdown): Promise<void> {
  const consumption = optional(() => app.get(EventConsumption, { strict: false }));
  if (consumption === undefined) return;
  const server = new EventStreamServer(consumption.stream);
  app.connectMicroservice({ strategy: server });
  shutdown.add('intake', 'event consumers', () => server.close());
  await app.startAllMicroservices();
}

/** Nest throws where there is no such provider. */
function optional<Value>(get: () => Value): Value | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
