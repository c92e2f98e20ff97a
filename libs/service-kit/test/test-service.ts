import { Writable } from 'node:stream';
import { defineConfiguration, createLogger, createService, type Environment, type Service, type ServiceOptions } from '../src';

/** Lines of a log, parsed. */
export type LogLines = Record<string, unknown>[];

/** A logger that keeps what it writes. */
export function keptLog(level: 'info' | 'debug' = 'debug') {
  const lines: LogLines = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { logger: createLogger({ name: 'test-service', version: '1.2.3', level, destination }), lines };
}

/** Starts a service of a module on a free port of loopback. */
export async function startTestService(
  module: ServiceOptions['module'],
  options: { environment?: Environment } & Partial<Omit<ServiceOptions, 'module' | 'configuration'>> = {},
): Promise<Service & { lines: LogLines }> {
  const { environment = {}, ...rest } = options;
  const { logger, lines } = keptLog();
  const service = await createService({
    name: 'test-service',
    version: '1.2.3',
    configuration: defineConfiguration({}).loadConfiguration({ ATTUNE_PORT: '0', ...environment }),
    documents: { title: 'Test', description: 'A service for tests' },
    checkAnswers: true,
    logger,
    module,
    ...rest,
  });
  return { ...service, lines };
}
