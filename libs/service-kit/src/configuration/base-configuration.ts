import { AttuneError } from '@attune/artifact';
import { parseLocation } from '@attune/object-store';
import { z } from 'zod';
import { parseApiKeyEntries } from '../security/api-key-entries';
import { isLoopback } from '../security/loopback';
import type { ConfigurationFault, ConfigurationRule } from './define-configuration';
import { booleanText, commaSeparated, decimalNumber, variable, wholeNumber, type VariableValues } from './variable';

const file = z.string().min(1).optional();

function readableKeys(text: string, context: z.RefinementCtx): void {
  for (const fault of parseApiKeyEntries(text).faults) context.addIssue({ code: 'custom', message: fault });
}

function modelStoreAddress(text: string, context: z.RefinementCtx): void {
  try {
    parseLocation(text);
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    context.addIssue({ code: 'custom', message: 'must be a folder, or like s3://bucket/prefix' });
  }
}

/** The variables every service reads. */
export const BASE_VARIABLES = {
  host: variable('ATTUNE_HOST', z.string().default('127.0.0.1').describe('Address to listen on; others than loopback need API keys')),
  port: variable('ATTUNE_PORT', wholeNumber(0, 65_535).default(3000).describe('Port to listen on; 0 takes any free one')),
  models: variable(
    'ATTUNE_MODELS',
    z.string().superRefine(modelStoreAddress).default('models').describe('The model store: a folder, or s3://bucket/prefix'),
  ),
  modelCache: variable(
    'ATTUNE_MODEL_CACHE',
    file.describe('Folder in which versions of a model store in S3 are kept on the machine; default models in ATTUNE_CACHE'),
  ),
  dataDirectory: variable('ATTUNE_DATA', z.string().optional().describe('Folder of the embedded database; not with DATABASE_URL')),
  databaseUrl: variable(
    'DATABASE_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/, 'must look like postgresql://user:password@host:5432/database')
      .optional()
      .describe('PostgreSQL to use instead of the embedded database'),
    { secret: true },
  ),
  kafkaBrokers: variable(
    'KAFKA_BROKERS',
    commaSeparated()
      .pipe(
        z
          .array(z.string().regex(/^(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}$/, 'must be a list such as host-a:9092,host-b:9092'))
          .min(1, 'names no broker'),
      )
      .optional()
      .describe('Kafka brokers, separated by commas; without them events stay inside the process'),
  ),
  kafkaSsl: variable('KAFKA_SSL', booleanText(false).describe('Speak TLS to the brokers')),
  kafkaSslCaFile: variable('KAFKA_SSL_CA_FILE', file.describe("PEM file of the authority that signed the brokers' certificates")),
  kafkaSslCertFile: variable('KAFKA_SSL_CERT_FILE', file.describe('PEM file of the client certificate')),
  kafkaSslKeyFile: variable('KAFKA_SSL_KEY_FILE', file.describe("PEM file of the client certificate's key")),
  kafkaSaslMechanism: variable(
    'KAFKA_SASL_MECHANISM',
    z
      .enum(['plain', 'scram-sha-256', 'scram-sha-512'], { error: 'must be plain, scram-sha-256 or scram-sha-512' })
      .optional()
      .describe('How to log in to the brokers: plain, scram-sha-256 or scram-sha-512'),
  ),
  kafkaSaslUsername: variable('KAFKA_SASL_USERNAME', z.string().optional().describe('Name to log in with')),
  kafkaSaslPassword: variable('KAFKA_SASL_PASSWORD', z.string().optional().describe('Password to log in with'), { secret: true }),
  kafkaSessionSeconds: variable(
    'KAFKA_SESSION_SECONDS',
    decimalNumber(1, 1_800)
      .default(10)
      .describe('Seconds of silence after which the other instances go on without one that was killed; within the bounds of the brokers'),
  ),
  logLevel: variable(
    'LOG_LEVEL',
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be fatal, error, warn, info, debug, trace or silent',
      })
      .default('info')
      .describe('Least severe level that is logged'),
  ),
  otlpEndpoint: variable(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https address' })
      .optional()
      .describe('OpenTelemetry collector (OTLP over HTTP); traces are recorded only where it is set'),
  ),
  apiKeys: variable(
    'ATTUNE_API_KEYS',
    z
      .string()
      .superRefine(readableKeys)
      .optional()
      .describe('Hashed API keys, name:scope:sha256, separated by commas; scopes are read, write and admin'),
    { secret: true },
  ),
  apiKeysFile: variable('ATTUNE_API_KEYS_FILE', file.describe('File of hashed API keys, one a line; read again when it changes')),
  rateLimit: variable(
    'ATTUNE_RATE_LIMIT',
    wholeNumber(0, 10_000_000)
      .optional()
      .describe('Requests a minute for each key (or address); 0 is no limit. Default 6000, none where no keys are needed'),
  ),
  bodyLimit: variable(
    'ATTUNE_BODY_LIMIT',
    wholeNumber(1_024, 1_073_741_824)
      .default(4 * 1024 * 1024)
      .describe('Bytes of a request body beyond which it is refused'),
  ),
  metricsAccess: variable(
    'ATTUNE_METRICS_ACCESS',
    z
      .enum(['open', 'read'], { error: 'must be open or read' })
      .default('open')
      .describe('Who may read /metrics: anybody (open), or keys with the scope read'),
  ),
  trustProxy: variable('ATTUNE_TRUST_PROXY', booleanText(false).describe('Take the address of a client from X-Forwarded-For')),
  startSeconds: variable(
    'ATTUNE_START_SECONDS',
    decimalNumber(0, 3_600).default(60).describe('Seconds that the start waits for a database that does not answer'),
  ),
  shutdownSeconds: variable(
    'ATTUNE_SHUTDOWN_SECONDS',
    decimalNumber(0, 600).default(25).describe('Seconds within which work in hand must end at shutdown'),
  ),
  drainSeconds: variable(
    'ATTUNE_DRAIN_SECONDS',
    decimalNumber(0, 120).default(0).describe('Seconds to go on serving as not ready, before the shutdown, until load balancers know'),
  ),
} as const;
export type BaseVariables = typeof BASE_VARIABLES;

type Base = VariableValues<BaseVariables>;

function* oneDatabase({ databaseUrl, dataDirectory }: Base): Generator<ConfigurationFault> {
  if (databaseUrl !== undefined && dataDirectory !== undefined)
    yield { variable: 'ATTUNE_DATA', message: 'contradicts DATABASE_URL: the data lies in one of the two' };
}

function* completeKafka(values: Base): Generator<ConfigurationFault> {
  const { kafkaBrokers, kafkaSsl, kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile } = values;
  const { kafkaSaslMechanism, kafkaSaslUsername, kafkaSaslPassword } = values;
  const files = [kafkaSslCaFile, kafkaSslCertFile, kafkaSslKeyFile].some((path) => path !== undefined);
  if (kafkaBrokers === undefined && (kafkaSsl || files || kafkaSaslMechanism !== undefined))
    yield { variable: 'KAFKA_BROKERS', message: 'is missing, yet other KAFKA_ variables say how to reach it' };
  if (files && !kafkaSsl) yield { variable: 'KAFKA_SSL', message: 'is not true, yet there are files of certificates' };
  if ((kafkaSslCertFile === undefined) !== (kafkaSslKeyFile === undefined))
    yield { variable: 'KAFKA_SSL_CERT_FILE', message: 'and KAFKA_SSL_KEY_FILE need each other' };
  const credentials = [kafkaSaslUsername, kafkaSaslPassword].filter((value) => value !== undefined).length;
  if (credentials !== (kafkaSaslMechanism === undefined ? 0 : 2))
    yield { variable: 'KAFKA_SASL_MECHANISM', message: 'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD need one another' };
}

function* keysForTheNetwork({ host, apiKeys, apiKeysFile }: Base): Generator<ConfigurationFault> {
  if (apiKeys !== undefined && apiKeysFile !== undefined)
    yield { variable: 'ATTUNE_API_KEYS', message: 'contradicts ATTUNE_API_KEYS_FILE: the keys come from one of the two' };
  if (apiKeys === undefined && apiKeysFile === undefined && !isLoopback(host))
    yield { variable: 'ATTUNE_HOST', message: 'is not a loopback address, so ATTUNE_API_KEYS or ATTUNE_API_KEYS_FILE is needed' };
}

/** What must hold across the variables every service reads. */
export const BASE_RULES: readonly ConfigurationRule<Base>[] = [oneDatabase, completeKafka, keysForTheNetwork];
