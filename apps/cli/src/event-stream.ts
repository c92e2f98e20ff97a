import type { EventStream } from '@attune/event-stream';
import { environment } from './environment';
import { messageColours, printMessage } from './terminal';

/**
 * Runs work on the Kafka that the option `--brokers`, or else the environment, names, and closes it.
 *
 * @throws AttuneError `bad-config` where none is named
 */
export async function withKafka<T>(brokers: string | undefined, work: (stream: EventStream) => Promise<T>): Promise<T> {
  const { kafkaConnection, openKafkaStream } = await import('@attune/event-stream');
  const settings = environment.kafka;
  const connection = await kafkaConnection(brokers === undefined ? settings : { ...settings, kafkaBrokers: brokers.split(',') });
  const warn = (_details: object, message: string): void => {
    if (environment.debug) printMessage(messageColours().dim(message));
  };
  const stream = await openKafkaStream({
    ...connection,
    clientId: 'attune-cli',
    logger: { debug: () => undefined, info: () => undefined, warn, error: warn },
  });
  try {
    return await work(stream);
  } finally {
    await stream.close();
  }
}
