import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { z } from 'zod';
import { isServerOf, stopServer } from './server-process';
import { startPostgres, type StartPostgresOptions } from './start-postgres';

const backgroundServerSchema = z.object({ pid: z.number().int(), port: z.number().int(), url: z.string(), dataFolder: z.string() });

/** The server that `attune postgres start` leaves running. */
export type BackgroundServer = z.infer<typeof backgroundServerSchema>;

/** Port of the server that is left running, unless another is asked for: the one that every client tries first. */
export const DEFAULT_PORT = 5432;

/** Where that server keeps its data, unless it is told otherwise. Root's home is closed to the user that it runs as. */
export function backgroundFolder(): string {
  return process.getuid?.() === 0 ? '/var/lib/attune/postgresql' : join(cacheDirectory(), 'postgresql', 'server');
}

/**
 * Starts the server that outlives this command, or finds it running.
 *
 * @returns the server, and whether it ran already
 * @throws AttuneError as {@link startPostgres}
 */
export async function startInBackground(options: StartPostgresOptions = {}): Promise<BackgroundServer & { readonly wasRunning: boolean }> {
  const folder = resolve(options.dataFolder ?? backgroundFolder());
  const running = await backgroundServer(folder);
  if (running !== undefined) return { ...running, wasRunning: true };
  const { pid, port, url, dataFolder } = await startPostgres({ port: DEFAULT_PORT, ...options, dataFolder: folder });
  const server: BackgroundServer = { pid, port, url, dataFolder };
  // The url holds the password.
  await writeFile(recordPath(dataFolder), `${JSON.stringify(server)}\n`, { mode: 0o600 });
  return { ...server, wasRunning: false };
}

/**
 * Stops the server of a data folder cleanly; its data stay.
 *
 * @returns the server that was stopped, or undefined where none ran
 */
export async function stopInBackground(dataFolder: string = backgroundFolder()): Promise<BackgroundServer | undefined> {
  const folder = resolve(dataFolder);
  const server = await backgroundServer(folder);
  if (server !== undefined) await stopServer(server.pid);
  await rm(recordPath(folder), { force: true });
  return server;
}

/** The server of a data folder, where it runs. */
export async function backgroundServer(dataFolder: string = backgroundFolder()): Promise<BackgroundServer | undefined> {
  const server = await readRecord(resolve(dataFolder));
  return server !== undefined && (await isServerOf(server.pid, server.dataFolder)) ? server : undefined;
}

function recordPath(folder: string): string {
  return join(folder, 'server.json');
}

async function readRecord(folder: string): Promise<BackgroundServer | undefined> {
  try {
    return backgroundServerSchema.parse(JSON.parse(await readFile(recordPath(folder), 'utf8')));
  } catch {
    return undefined;
  }
}
