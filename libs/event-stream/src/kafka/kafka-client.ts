import { Kafka, logLevel, type logCreator } from 'kafkajs';
import { silentLogger } from '../delivery/silent-logger';
import type { StreamLogger } from '../options';
import { patchIdleTimer } from './idle-timer-patch';
import type { KafkaStreamOptions } from './kafka-options';
import { patchRebalance } from './rebalance-patch';

patchIdleTimer();
patchRebalance();

/** About 6 seconds in all: longer absences are the stream's own to wait for. */
export const RETRY = { initialRetryTime: 200, maxRetryTime: 5_000, multiplier: 2, factor: 0.2, retries: 5 };

/** kafkajs warns of what this library has decided on purpose: after a send that failed for good it takes a new producer. */
const DECIDED = /^Limiting retries for the idempotent producer/;

/** A client of kafkajs that reaches the brokers as the options say. */
export function kafkaClient(options: KafkaStreamOptions): Kafka {
  const { brokers, clientId = 'attune', ssl, sasl, connectionTimeout = 3_000, requestTimeout = 30_000 } = options;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout,
    requestTimeout,
    retry: RETRY,
    logLevel: logLevel.INFO,
    logCreator: logTo(options.logger ?? silentLogger),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  });
}

/** kafkajs calls an error what it tries again, and information every pause of a partition. */
function logTo(logger: StreamLogger): logCreator {
  return () =>
    ({ namespace, level, log: { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } }) => {
      if (DECIDED.test(message)) return;
      const text = `kafkajs ${namespace}: ${message}`;
      if (level === logLevel.ERROR || level === logLevel.WARN) logger.warn(details, text);
      else logger.debug(details, text);
    };
}
