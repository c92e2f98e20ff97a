import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { currentContext } from '../request/request-context';
import { redactSecrets } from './redact';

export type { Logger } from 'pino';

/** Under this name Nest has the logger: `@Inject(LOGGER) logger: Logger`. */
export const LOGGER = Symbol('attune:logger');

/** What a service logs as. */
export interface LoggerSettings {
  readonly name: string;
  readonly version?: string;
  readonly level: LoggerOptions['level'];
  /** Default the standard output. */
  readonly destination?: DestinationStream;
}

/** Fields whose values are never logged, wherever they stand. */
const SECRET_FIELDS = [
  'authorization',
  'x-api-key',
  'apiKey',
  'apiKeys',
  'secret',
  'password',
  'cookie',
  'set-cookie',
  'kafkaSaslPassword',
];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/**
 * A logger that writes a line of JSON an entry, with the ids of the request (or event) and the trace in hand. Secrets are
 * redacted by the name of their field, and passwords inside addresses wherever they stand in messages and errors.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const options: LoggerOptions = {
    level: settings.level ?? 'info',
    base: { service: settings.name, ...(settings.version === undefined ? {} : { version: settings.version }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: DEPTHS.flatMap((depth) =>
        SECRET_FIELDS.map((field) => (field.includes('-') ? `${depth.slice(0, -1)}["${field}"]` : depth + field)),
      ),
      censor: '[redacted]',
    },
    serializers: { err: serializeError },
    hooks: {
      logMethod(entry, method) {
        const safe = entry.map((part: unknown) => (typeof part === 'string' ? redactSecrets(part) : part)) as typeof entry;
        method.apply(this, safe);
      },
    },
    mixin: () => {
      const context = currentContext();
      return context === undefined ? {} : { requestId: context.requestId, traceId: context.traceId };
    },
  };
  return settings.destination === undefined ? pino(options) : pino(options, settings.destination);
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactSecrets(String(error));
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: redactSecrets(error.message),
    ...(code === undefined ? {} : { code }),
    stack: redactSecrets(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
