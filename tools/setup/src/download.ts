import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { downloadDirectory } from './cache';
import { sha256OfFile } from './checksum';
import { environment } from './environment';
import { lastLines, runProcess, type ProcessResult } from './processes';
import type { SetupContext } from './progress';
import type { Pip } from './requirements';
import type { Wheel } from './wheels';

/** Milliseconds between two looks at how much has arrived. */
const PROGRESS_INTERVAL = 250;

/**
 * Downloads a wheel by its name with pip, which knows the machine's package index, proxy and certificates, and checks
 * its digest. A wheel that an earlier, killed run had finished is used again; one that it had not finished is not.
 *
 * @returns the path of the wheel, which the caller deletes when it is unpacked
 * @throws AttuneError `setup-missing` where it cannot be had or its digest is wrong, `disk-full`
 */
export async function downloadWheel(wheel: Wheel, pip: Pip, context: SetupContext): Promise<string> {
  const path = join(downloadDirectory(), `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 12)}.whl`);
  if (await hasDigest(path, wheel.sha256)) return path;
  const partial = `${path}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(join(partial, 'temporary'), { recursive: true });
  const name = `Downloading ${wheel.name} ${wheel.version}`;
  context.report({ type: 'step', name });
  const watch = setInterval(() => {
    void sizeOf(partial).then((done) => {
      context.report({ type: 'progress', name, done: Math.min(done, wheel.bytes), total: wheel.bytes });
    });
  }, PROGRESS_INTERVAL);
  try {
    const result = await runProcess(pip.python, pipArguments(wheel, partial), {
      // pip writes to its temporary folder first: on the same disk, where the progress is seen and the space was checked.
      env: environment.withChanges({ TMPDIR: join(partial, 'temporary') }),
      signal: context.signal,
    });
    if (result.status !== 0) throw explainPip(wheel, result);
    const file = (await readdir(partial)).find((entry) => entry.endsWith('.whl'));
    if (file === undefined) throw explainPip(wheel, result);
    await checkDigest(wheel, join(partial, file));
    await rename(join(partial, file), path);
    return path;
  } finally {
    clearInterval(watch);
    await rm(partial, { recursive: true, force: true });
  }
}

function pipArguments(wheel: Wheel, directory: string): string[] {
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'],
    ...['--only-binary=:all:', '--python-version', '311', ...wheel.platforms.flatMap((platform) => ['--platform', platform])],
    ...['--dest', directory, `${wheel.name}==${wheel.version}`],
  ];
}

async function hasDigest(path: string, digest: string): Promise<boolean> {
  try {
    return (await sha256OfFile(path)) === digest;
  } catch {
    return false;
  }
}

async function checkDigest(wheel: Wheel, path: string): Promise<void> {
  const digest = await sha256OfFile(path);
  if (digest === wheel.sha256) return;
  throw new AttuneError(
    'setup-missing',
    `${wheel.name} ${wheel.version} arrived with the wrong checksum: SHA-256 ${digest} instead of ${wheel.sha256}.`,
    {
      remedy: "It was deleted. Run npx attune setup again; if it stays wrong, pip's package index serves another file than the public one.",
    },
  );
}

/** Bytes of all files in a folder; files that vanish meanwhile do not count. */
async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const NETWORK_FAULT = /connection|timed? ?out|resolve|proxy|SSL|certificate|unreachable|HTTPError|Max retries|Retrying/i;

/** Says in one message why pip did not deliver. */
export function explainPip(wheel: Wheel, result: Pick<ProcessResult, 'stderr' | 'stdout'>): AttuneError {
  const said = `${result.stdout}\n${result.stderr}`;
  const what = `${wheel.name} ${wheel.version} could not be downloaded`;
  if (/No space left|ENOSPC|Errno 28|Disk quota/i.test(said)) {
    return new AttuneError('disk-full', `${what}: the disk of ${downloadDirectory()} is full.`, {
      remedy: 'Free some space, or let ATTUNE_CACHE name a folder on a larger disk.',
    });
  }
  if (NETWORK_FAULT.test(said)) {
    return new AttuneError('setup-missing', `${what}: pip cannot reach its package index.\n${lastLines(said, 2)}`, {
      remedy:
        'Check the network, and the index, proxy and certificate that pip is set to (python3 -m pip config list). Then run npx attune setup again: it goes on where it stopped.',
    });
  }
  if (/from versions: none|No matching distribution/i.test(said)) {
    return new AttuneError('setup-missing', `${what}: pip's package index does not answer, or has no such wheel.`, {
      remedy:
        'Check the network, and point pip at an index that mirrors the public one in full (python3 -m pip config list shows which it uses). Then run npx attune setup again: it goes on where it stopped.',
    });
  }
  return new AttuneError('setup-missing', `${what}. pip said:\n${lastLines(said)}`, {
    remedy: 'Put that right, and run npx attune setup again: it goes on where it stopped.',
  });
}
