import { readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/artifact';
import type { SASLOptions } from 'kafkajs';
import type { KafkaStreamOptions } from './kafka-options';

/** How to reach Kafka, by the names that configurations give it. */
export interface KafkaConnectionSettings {
  readonly kafkaBrokers?: readonly string[] | undefined;
  /** Speak TLS. */
  readonly kafkaSsl?: boolean | undefined;
  /** PEM files. */
  readonly kafkaSslCaFile?: string | undefined;
  readonly kafkaSslCertFile?: string | undefined;
  readonly kafkaSslKeyFile?: string | undefined;
  readonly kafkaSaslMechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  readonly kafkaSaslUsername?: string | undefined;
  readonly kafkaSaslPassword?: string | undefined;
}

/**
 * The part of the options of a stream that says how to reach the brokers.
 *
 * @throws AttuneError `bad-config` where no broker is named or a file of certificates cannot be read
 */
export async function kafkaConnection(settings: KafkaConnectionSettings): Promise<Pick<KafkaStreamOptions, 'brokers' | 'ssl' | 'sasl'>> {
  const { kafkaBrokers = [], kafkaSsl = false, kafkaSaslMechanism: mechanism, kafkaSaslUsername, kafkaSaslPassword } = settings;
  if (kafkaBrokers.length === 0) {
    throw new AttuneError('bad-config', 'No Kafka is named.', {
      remedy: 'Set KAFKA_BROKERS, for instance to 127.0.0.1:9092; attune kafka start runs one there.',
    });
  }
  // kafkajs's type is a union of one member a mechanism, all of the same shape.
  const login = { mechanism, username: kafkaSaslUsername ?? '', password: kafkaSaslPassword ?? '' } as SASLOptions;
  return {
    brokers: kafkaBrokers,
    ...(kafkaSsl ? { ssl: await certificates(settings) } : {}),
    ...(mechanism === undefined ? {} : { sasl: login }),
  };
}

async function certificates({ kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile }: KafkaConnectionSettings) {
  const [ca, cert, key] = await Promise.all([kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile].map(readPem));
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new AttuneError('bad-config', `The file of certificates ${path} cannot be read.`, { cause: error });
  });
}
