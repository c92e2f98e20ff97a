import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '@attune/errors';
import type { ServiceOptions } from '@attune/http-kit';
import { Module } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { ConsoleConfiguration } from './configuration';
import { serveApis } from './apis';
import { servePage } from './page';

/** The console has no routes of Nest: a page, and the services behind it. */
@Module({})
class ConsoleModule {}

/**
 * What the console is made of, for the process and for specs.
 *
 * @throws {AttuneError} `bad-config` where the page was not built
 */
export function consoleService(configuration: ConsoleConfiguration): ServiceOptions<ConsoleConfiguration> {
  if (!existsSync(join(configuration.page, 'index.html')))
    throw new AttuneError('bad-config', `${configuration.page} has no page.`, { remedy: 'Build it: npx nx run console:build' });
  return {
    name: 'console',
    version: '0.1.0',
    configuration,
    module: ConsoleModule,
    documents: { title: 'Attune console', description: 'A web page over the services.' },
    configure: (app) => {
      const http = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
      void http.register(serveApis, configuration);
      void http.register(servePage, configuration);
    },
  };
}
