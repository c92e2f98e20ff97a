import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './places';
import { step } from './show-service';

const CONSOLE = join(ROOT, 'apps/console');
const BUILT = join(CONSOLE, 'dist/index.html');
/** What the page is made of. */
const SOURCES = ['src', 'public', 'index.html', 'vite.config.mts', 'scripts/build.mjs', 'package.json'].map((name) => join(CONSOLE, name));

/**
 * Builds the page of the console, where it was not built since its sources changed.
 *
 * @throws AttuneError `dependency-unavailable` with what the build said where it fails
 */
export async function buildPage(signal: AbortSignal): Promise<void> {
  const built = await changedAt(BUILT);
  if (built >= Math.max(...(await Promise.all(SOURCES.map(newestIn))), await changedAt(join(ROOT, 'package-lock.json')))) return;
  step('building the page of the console');
  const build = spawn(process.execPath, [join(CONSOLE, 'scripts/build.mjs')], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [build.stdout, build.stderr]) stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const [status] = (await once(build, 'close')) as [number | null];
  if (status === 0) return;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('dependency-unavailable', `The page of the console could not be built:\n${words.trim()}`, {
    remedy: 'Run npm ci again, then npx nx run console:build',
  });
}

/** When a file or anything in a folder was changed last; milliseconds since 1970. */
async function newestIn(path: string): Promise<number> {
  if (!(await stat(path)).isDirectory()) return changedAt(path);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const times = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => changedAt(join(parentPath, name)));
  return Math.max(0, ...(await Promise.all(times)));
}

/** 0 where there is no such file. */
async function changedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
