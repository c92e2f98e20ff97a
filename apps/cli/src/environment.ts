import type { KafkaConnectionSettings } from '@attune/event-stream';

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** What the process's environment says to the command line. Nothing else in this application reads `process.env`. */
export const environment = {
  /** ATTUNE_DEBUG: errors come with their stack trace. */
  get debug(): boolean {
    return isSet(process.env.ATTUNE_DEBUG);
  },

  /** Colours where the stream is a terminal, NO_COLOR (no-color.org) is not set, or FORCE_COLOR asks for them. */
  hasColours(stream: NodeJS.WriteStream): boolean {
    if (isSet(process.env.NO_COLOR)) return false;
    if (process.env.FORCE_COLOR !== undefined) return process.env.FORCE_COLOR !== '0';
    // A pipe has no isTTY at all, and undefined would leave the choice to the colour library.
    return Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
  },

  /** Everything but the services' own settings: for a service that is to run on its defaults. */
  get withoutSettings(): NodeJS.ProcessEnv {
    const isSetting = (name: string): boolean =>
      name === 'DATABASE_URL' || ['ATTUNE_', 'KAFKA_', 'OTEL_'].some((prefix) => name.startsWith(prefix));
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => name === 'ATTUNE_CACHE' || !isSetting(name)));
  },

  /** ATTUNE_MODELS: the model store, a folder or s3://bucket/prefix. */
  get models(): string {
    const { ATTUNE_MODELS: address } = process.env;
    return isSet(address) ? (address ?? '') : 'models';
  },

  /** ATTUNE_MODEL_CACHE: where versions of a store in S3 are kept on this machine. */
  get modelCache(): string | undefined {
    const { ATTUNE_MODEL_CACHE: folder } = process.env;
    return isSet(folder) ? folder : undefined;
  },

  /** The variables of Kafka alone, to hand on. */
  get kafkaVariables(): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('KAFKA_')));
  },

  /** KAFKA_BROKERS and the variables beside it, as the services read them. */
  get kafka(): KafkaConnectionSettings {
    const { KAFKA_BROKERS: brokers, KAFKA_SSL: ssl, KAFKA_SASL_MECHANISM: mechanism } = process.env;
    return {
      kafkaBrokers: isSet(brokers) ? brokers?.split(',').map((broker) => broker.trim()) : undefined,
      kafkaSsl: isSet(ssl) && ssl !== 'false',
      kafkaSslCaFile: process.env.KAFKA_SSL_CA_FILE,
      kafkaSslCertFile: process.env.KAFKA_SSL_CERT_FILE,
      kafkaSslKeyFile: process.env.KAFKA_SSL_KEY_FILE,
      kafkaSaslMechanism: MECHANISMS.find((known) => known === mechanism),
      kafkaSaslUsername: process.env.KAFKA_SASL_USERNAME,
      kafkaSaslPassword: process.env.KAFKA_SASL_PASSWORD,
    };
  },
};

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
