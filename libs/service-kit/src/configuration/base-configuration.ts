import { AttuneError } from '@attune/artifact';
import {
  booleanText,
  commaSeparated,
  decimalNumber,
  variable,
  type ConfigurationFault,
  type ConfigurationRule,
  type HttpConfiguration,
  type VariableValues,
} from '@attune/http-kit';
import { parseLocation } from '@attune/object-store';
import { z } from 'zod';

const file = z.string().min(1).optional();

function modelStoreAddress(text: string, context: z.RefinementCtx): void {
  try {
    parseLocation(text);
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    context.addIssue({ code: 'custom', message: 'must be a folder, or like s3://bucket/prefix' });
  }
}

/** The variables that a service reads beside those of every HTTP server. */
export const SERVICE_VARIABLES = {
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
  startSeconds: variable(
    'ATTUNE_START_SECONDS',
    decimalNumber(0, 3_600).default(60).describe('Seconds that the start waits for a database that does not answer'),
  ),
} as const;

/** What every service is configured by. */
export type BaseConfiguration = HttpConfiguration & VariableValues<typeof SERVICE_VARIABLES>;

function* oneDatabase({ databaseUrl, dataDirectory }: BaseConfiguration): Generator<ConfigurationFault> {
  if (databaseUrl !== undefined && dataDirectory !== undefined)
    yield { variable: 'ATTUNE_DATA', message: 'contradicts DATABASE_URL: the data lies in one of the two' };
}

function* completeKafka(values: BaseConfiguration): Generator<ConfigurationFault> {
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

/** What must hold across them. */
export const SERVICE_RULES: readonly ConfigurationRule<BaseConfiguration>[] = [oneDatabase, completeKafka];
