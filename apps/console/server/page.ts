import { readdir } from 'node:fs/promises';
import { relative, join, sep } from 'node:path';
import { HttpProblem } from '@attune/http-kit';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { ConsoleConfiguration } from './configuration';
import './public-routes';

/** Built files have their hash in their name. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Serves the page: its files, and at every address of a screen the page itself. */
export async function servePage(http: FastifyInstance, { page }: ConsoleConfiguration): Promise<void> {
  const files = await filesOf(page);
  await http.register(fastifyStatic, { root: page, serve: false, preCompressed: true, cacheControl: false });
  http.get<{ Params: { '*': string } }>('/*', { config: { public: true } }, (request, reply) => {
    const path = request.params['*'];
    const isScreen = !path.startsWith('api/') && path.split('/').at(-1)?.includes('.') !== true;
    if (!isScreen && !files.has(path)) throw new HttpProblem('not-found', { detail: 'The console has no such file.' });
    reply.header('cache-control', path.startsWith('assets/') ? FOREVER : 'no-cache');
    return reply.sendFile(isScreen ? 'index.html' : path);
  });
}

/** Files of a folder and those below it, by their path from it. */
async function filesOf(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Set(files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/')));
}
