import { readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/artifact';
import type { KafkaStreamOptions } from '@attune/event-stream';
import type { BaseConfiguration } from '../configuration/define-configuration';

type Connection = Pick<KafkaStreamOptions, 'brokers' | 'ssl' | 'sasl'>;

/**
 * How to reach Kafka, as the environment says; undefined without KAFKA_BROKERS.
 *
 * @throws {AttuneError} `bad-config` where a file of certificates cannot be read
 */
export async function kafkaConnection(configuration: BaseConfiguration): Promise<Connection | undefined> {
  const { kafkaBrokers: brokers, kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = configuration;
  if (brokers === undefined) return undefined;
  const sasl =
    mechanism === undefined || username === undefined || password === undefined ? undefined : saslOf(mechanism, username, password);
  return { brokers, ...(configuration.kafkaSsl ? { ssl: await tlsOf(configuration) } : {}), ...(sasl === undefined ? {} : { sasl }) };
}

type Mechanism = NonNullable<BaseConfiguration['kafkaSaslMechanism']>;

/** The client's type is a union over the mechanisms, so each is spelled out. */
function saslOf(mechanism: Mechanism, username: string, password: string): Connection['sasl'] {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

async function tlsOf({ kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile }: BaseConfiguration): Promise<Connection['ssl']> {
  const [ca, cert, key] = await Promise.all([
    readPem('KAFKA_SSL_CA_FILE', kafkaSslCaFile),
    readPem('KAFKA_SSL_CERT_FILE', kafkaSslCertFile),
    readPem('KAFKA_SSL_KEY_FILE', kafkaSslKeyFile),
  ]);
  if (ca === undefined && cert === undefined) return true;
  return { ...(ca === undefined ? {} : { ca: [ca] }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

async function readPem(variable: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AttuneError('bad-config', `${variable} names ${file}, which cannot be read.`, { cause: error });
  }
}
