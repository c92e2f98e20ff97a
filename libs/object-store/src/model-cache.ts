import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttuneError,
  claimStagingPath,
  fileErrorCode,
  isDiskFull,
  isMissing,
  MANIFEST_FILE,
  parsePromotion,
  readManifest,
  releaseStagingPath,
  removeAbandonedStaging,
  removeStaleStaging,
  sha256OfFile,
  verifyFiles,
  writtenPromotion,
  type Promotion,
} from '@attune/artifact';

/** Versions of an application that are kept: the one that serves, the one before, and another for what is being tried. */
const KEPT = 3;
/** Milliseconds within which a version that was opened is kept, however many there are. */
const IN_USE = 60 * 60 * 1000;
/** Milliseconds after which what an ended process left unfinished is removed. */
const ABANDONED_AFTER = 60 * 60 * 1000;
const VERSION = /^[0-9a-f]{64}$/;
const LAST_KNOWN = 'current.json';
const DRAFT = /^current\.json\.\d+-[0-9a-f]{8}$/;

/**
 * Versions of an object store on this machine, by the SHA-256 of their manifest. A version appears whole or not at all; several processes may use
 * a folder at once.
 */
export class ModelCache {
  private readonly underWay = new Map<string, Promise<string>>();
  private readonly remembered = new Map<string, number>();

  constructor(private readonly folder: string) {}

  /**
   * The folder of a version, every file of which was checked against its manifest.
   *
   * @param download fills an empty folder with the version, where it is not here yet or is damaged
   * @throws AttuneError what `download` throws, `disk-full`, `bad-config` where the folder cannot be written
   */
  directory(app: string, manifestSha256: string, download: (folder: string) => Promise<void>): Promise<string> {
    const place = join(this.folder, app, manifestSha256);
    const found = this.underWay.get(place);
    if (found !== undefined) return found;
    const work = this.provide(place, manifestSha256, download)
      .then(async () => {
        await this.evict(app, manifestSha256);
        return place;
      })
      .catch((cause: unknown) => {
        throw this.explain(cause);
      })
      .finally(() => this.underWay.delete(place));
    this.underWay.set(place, work);
    return work;
  }

  /**
   * Keeps what serves, for a start while the object store is away, once its files are here: what was known before is whole, and must not be
   * forgotten for a version that may not arrive. A folder that cannot be written hinders nothing here.
   */
  async remember(app: string, promotion: Promotion): Promise<void> {
    if (this.remembered.get(app) === promotion.generation) return;
    const isHere = await stat(join(this.folder, app, promotion.manifestSha256)).catch(() => undefined);
    if (isHere === undefined) return;
    const file = join(this.folder, app, LAST_KNOWN);
    const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
    try {
      await mkdir(join(this.folder, app), { recursive: true });
      await writeFile(draft, writtenPromotion(promotion).text);
      await rename(draft, file);
      this.remembered.set(app, promotion.generation);
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** What served when it was remembered last, where that version is here. */
  async lastKnown(app: string): Promise<Promotion | undefined> {
    try {
      const file = join(this.folder, app, LAST_KNOWN);
      const promotion = parsePromotion(await readFile(file, 'utf8'), file);
      await stat(join(this.folder, app, promotion.manifestSha256));
      return promotion;
    } catch {
      return undefined;
    }
  }

  private async provide(place: string, manifestSha256: string, download: (folder: string) => Promise<void>): Promise<void> {
    if (!(await isWhole(place, manifestSha256))) {
      await mkdir(join(place, '..'), { recursive: true });
      await removeStaleStaging(place);
      const staging = claimStagingPath(place, 'staging');
      try {
        await mkdir(staging);
        await download(staging);
        await putInPlace(staging, place, manifestSha256);
      } finally {
        await releaseStagingPath(staging);
      }
    }
    const now = new Date();
    await utimes(place, now, now);
  }

  private async evict(app: string, opened: string): Promise<void> {
    const folder = join(this.folder, app);
    await removeAbandonedStaging(folder, ABANDONED_AFTER);
    const kept = new Set([opened, (await this.lastKnown(app))?.manifestSha256 ?? opened]);
    const versions: { place: string; usedAt: number }[] = [];
    for (const name of await readdir(folder)) {
      if (kept.has(name) || !(VERSION.test(name) || DRAFT.test(name))) continue;
      const place = join(folder, name);
      const usedAt = (await stat(place).catch(() => undefined))?.mtimeMs;
      if (usedAt === undefined) continue;
      if (VERSION.test(name)) versions.push({ place, usedAt });
      else if (Date.now() - usedAt > ABANDONED_AFTER) await rm(place, { force: true });
    }
    const old = versions.sort((one, other) => other.usedAt - one.usedAt).slice(KEPT - kept.size);
    for (const { place, usedAt } of old) if (Date.now() - usedAt > IN_USE) await removeVersion(place);
  }

  private explain(cause: unknown): unknown {
    if (cause instanceof AttuneError) return cause;
    if (isDiskFull(cause)) {
      return new AttuneError('disk-full', `The disk is full: a version could not be kept in ${this.folder}.`, {
        remedy: 'Make room, or name a folder on another disk with ATTUNE_MODEL_CACHE.',
        cause,
      });
    }
    const code = fileErrorCode(cause);
    if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) return cause;
    return new AttuneError('bad-config', `${this.folder} cannot be written (${code}), and versions of the object store are kept there.`, {
      remedy: 'Let ATTUNE_MODEL_CACHE name a folder that can.',
      cause,
    });
  }
}

/** Whether a version is here with every file as its manifest says: a disk may lose what was not flushed to it, or change it. */
async function isWhole(place: string, manifestSha256: string): Promise<boolean> {
  try {
    if ((await sha256OfFile(join(place, MANIFEST_FILE))) !== manifestSha256) return false;
    await verifyFiles(place, await readManifest(place));
    return true;
  } catch (cause) {
    if (cause instanceof AttuneError || isMissing(cause)) return false;
    throw cause;
  }
}

async function putInPlace(staging: string, place: string, manifestSha256: string): Promise<void> {
  try {
    await rename(staging, place);
  } catch (cause) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(fileErrorCode(cause) ?? '')) throw cause;
    // Another process was quicker, and its version is as good; or a damaged one stands there.
    if (await isWhole(place, manifestSha256)) return;
    await removeVersion(place);
    await rename(staging, place);
  }
}

/** Under another name first, so that half a version never stands for a whole one. */
async function removeVersion(place: string): Promise<void> {
  const removed = claimStagingPath(place, 'staging');
  await rename(place, removed).catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
  });
  await releaseStagingPath(removed);
}
