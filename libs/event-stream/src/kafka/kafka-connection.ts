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
  /** Seconds after which a group goes on without a consumer that has gone silent. */
  readonly kafkaSessionSeconds?: number | undefined;
}

type Connection = Pick<KafkaStreamOptions, 'brokers' | 'ssl' | 'sasl' | 'sessionTimeout' | 'heartbeatInterval'>;

/** Heartbeats within a session: some may be lost. */
const HEARTBEATS = 4;
const LONGEST_INTERVAL = 3_000;

/**
 * The part of the options of a stream that says how to reach the brokers.
 *
 * @throws AttuneError `bad-config` where no broker is named or a file of certificates cannot be read
 */
export async function kafkaConnection(settings: KafkaConnectionSettings): Promise<Connection> {
  const { kafkaBrokers = [], kafkaSsl = false, kafkaSaslMechanism: mechanism, kafkaSaslUsername, kafkaSaslPassword } = settings;
  const { kafkaSessionSeconds } = settings;
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
    ...(kafkaSessionSeconds === undefined ? {} : session(1_000 * kafkaSessionSeconds)),
  };
}

function session(sessionTimeout: number): Pick<KafkaStreamOptions, 'sessionTimeout' | 'heartbeatInterval'> {
  return { sessionTimeout, heartbeatInterval: Math.min(LONGEST_INTERVAL, sessionTimeout / HEARTBEATS) };
}

async function certificates({ kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile }: KafkaConnectionSettings) {
  const [ca, cert, key] = await Promise.all([
    readPem('KAFKA_SSL_CA_FILE', kafkaSslCaFile),
    readPem('KAFKA_SSL_CERT_FILE', kafkaSslCertFile),
    readPem('KAFKA_SSL_KEY_FILE', kafkaSslKeyFile),
  ]);
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

async function readPem(variable: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new AttuneError('bad-config', `${variable} names ${path}, which cannot be read.`, { cause: error });
  });
}
