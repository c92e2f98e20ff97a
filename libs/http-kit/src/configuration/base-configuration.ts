import { z } from 'zod';
import { parseApiKeyEntries } from '../security/api-key-entries';
import { isLoopback } from '../security/loopback';
import type { ConfigurationFault, ConfigurationRule } from './define-configuration';
import { booleanText, decimalNumber, variable, wholeNumber, type VariableValues } from './variable';

const file = z.string().min(1).optional();

function readableKeys(text: string, context: z.RefinementCtx): void {
  for (const fault of parseApiKeyEntries(text).faults) context.addIssue({ code: 'custom', message: fault });
}

/** The variables every service reads. */
export const BASE_VARIABLES = {
  host: variable('ATTUNE_HOST', z.string().default('127.0.0.1').describe('Address to listen on; others than loopback need API keys')),
  port: variable('ATTUNE_PORT', wholeNumber(0, 65_535).default(3000).describe('Port to listen on; 0 takes any free one')),
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

function* keysForTheNetwork({ host, apiKeys, apiKeysFile }: Base): Generator<ConfigurationFault> {
  if (apiKeys !== undefined && apiKeysFile !== undefined)
    yield { variable: 'ATTUNE_API_KEYS', message: 'contradicts ATTUNE_API_KEYS_FILE: the keys come from one of the two' };
  if (apiKeys === undefined && apiKeysFile === undefined && !isLoopback(host))
    yield { variable: 'ATTUNE_HOST', message: 'is not a loopback address, so ATTUNE_API_KEYS or ATTUNE_API_KEYS_FILE is needed' };
}

/** What must hold across the variables every service reads. */
export const BASE_RULES: readonly ConfigurationRule<Base>[] = [keysForTheNetwork];
