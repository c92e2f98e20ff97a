import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MissingPart } from './real-component';

/** A disk of its own that specs can fill. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all of its room but so many bytes. */
  fill(leave: number): Promise<void>;
  /** Gives that room back. */
  free(): Promise<void>;
  remove(): void;
}

/** What keeps this process from mounting one. */
export function smallDiskMissing(): MissingPart | undefined {
  const remedy = 'Run as root on Linux, with the right to mount.';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { reason: 'only root can mount a small disk.', remedy };
  const disk = mount(1);
  if (disk === undefined) return { reason: 'this container cannot mount a small disk.', remedy };
  unmount(disk);
  return undefined;
}

/** Mounts a disk in memory of so many mebibytes; see {@link smallDiskMissing}. */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const folder = mount(mebibytes);
  if (folder === undefined) throw new Error('A small disk could not be mounted.');
  const filler = join(folder, 'filler');
  return {
    folder,
    async fill(leave) {
      const { bavail, bsize } = statfsSync(folder);
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
    },
    free: () => rm(filler, { force: true }),
    remove: () => unmount(folder),
  };
}

function mount(mebibytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'attune-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'attune-spec', folder], { stdio: 'ignore' });
  if (status === 0) return folder;
  rmSync(folder, { recursive: true });
  return undefined;
}

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' });
  rmSync(folder, { recursive: true });
}
