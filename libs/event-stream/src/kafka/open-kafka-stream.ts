import { AttuneError } from '@attune/artifact';
import type { EventStream } from '../port';
import type { KafkaStreamOptions } from './kafka-options';

/**
 * A stream on Kafka. Connects when it is first used, so that a service starts while the brokers are away.
 *
 * @throws AttuneError `bad-config` where no broker is named
 */
export function openKafkaStream(options: KafkaStreamOptions): Promise<EventStream> {
  return Promise.reject(new AttuneError('bad-config', `Kafka at ${options.brokers.join()} cannot be used yet.`));
}
