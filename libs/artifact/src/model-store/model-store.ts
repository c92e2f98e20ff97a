import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertReplaceable, writeDirectoryAtomically } from '../atomic-directory';
import { AttuneError } from '../errors';
import { isMissing } from '../file-errors';
import { MANIFEST_FILE, readManifest, verifyFiles, type Manifest } from '../manifest';
import { resolveInside } from '../safe-path';
import { sha256 } from '../sha256';
import { assertStoreName, isStoreName } from './names';
import { appendPromotion, readCurrent, readHistory, readRecord, settle, type Promotion } from './promotion-log';

/** A version in the store, as `list` finds it. */
export interface StoredVersion {
  readonly version: string;
  readonly directory: string;
  /** SHA-256 of its attune.json. */
  readonly manifestSha256: string;
  /** When its manifest was written. */
  readonly writtenAt: Date;
  /** Whether it serves. */
  readonly isCurrent: boolean;
  readonly manifest?: Manifest;
  /** Why it cannot be promoted: an unknown schema or a damaged manifest. Files are not looked at; see `verify`. */
  readonly problem?: AttuneError;
}

/** A version whose manifest is the one that was promoted. */
export interface StoredModel {
  readonly app: string;
  readonly version: string;
  readonly generation: number;
  readonly manifestSha256: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

export interface PromoteOptions {
  /** Promote only if this generation still serves (0: none); by default the one that serves when the call begins. */
  expectedGeneration?: number;
}

/**
 * The models of a machine or a shared volume: `<directory>/<app>/<version>/` holds a version, `<directory>/<app>/current` says which one
 * serves. Several processes may use a store at once.
 */
export class ModelStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  /** Applications that have a folder in the store. */
  async apps(): Promise<string[]> {
    return (await folders(this.directory)).filter(isStoreName);
  }

  /**
   * The versions of an application, by name; none where it has no folder.
   *
   * @throws AttuneError `wrong-use` for a name that cannot be
   */
  async list(app: string): Promise<StoredVersion[]> {
    const folder = this.folderOf(app);
    const current = await readCurrent(folder);
    const found: StoredVersion[] = [];
    for (const version of (await folders(folder)).filter(isStoreName)) {
      const directory = join(folder, version);
      const text = await readFile(join(directory, MANIFEST_FILE)).catch(() => undefined);
      if (text === undefined) continue;
      const manifestSha256 = sha256(text);
      const { mtime: writtenAt } = await stat(join(directory, MANIFEST_FILE));
      const isCurrent = current?.version === version && current.manifestSha256 === manifestSha256;
      found.push({ version, directory, manifestSha256, writtenAt, isCurrent, ...(await manifestOrProblem(directory)) });
    }
    return found;
  }

  /**
   * What serves; undefined where nothing was promoted.
   *
   * @throws AttuneError `bad-model` where `current` is of an unknown schema or damaged
   */
  current(app: string): Promise<Promotion | undefined> {
    return readCurrent(this.folderOf(app));
  }

  /** What served, the newest first, what serves included. */
  history(app: string): Promise<Promotion[]> {
    return readHistory(this.folderOf(app));
  }

  /**
   * Makes a version the one that serves, after its files were checked. A version that serves already stays, with its generation.
   *
   * @throws AttuneError `bad-model` when the version is damaged or of an unknown schema, `missing-file` when there is none, `conflict` when
   *   another promotion came first
   */
  async promote(app: string, version: string, { expectedGeneration }: PromoteOptions = {}): Promise<Promotion> {
    const folder = this.folderOf(app);
    assertStoreName('version', version);
    const before = await readCurrent(folder);
    const generation = before?.generation ?? 0;
    if (expectedGeneration !== undefined && expectedGeneration !== generation) throw overtaken(app, version, expectedGeneration, before);
    await this.verify(app, version);
    const manifestSha256 = await this.manifestSha256(app, version);
    const now = await readCurrent(folder);
    if ((now?.generation ?? 0) !== generation) throw overtaken(app, version, generation, now);
    if (before?.version === version && before.manifestSha256 === manifestSha256) {
      await settle(folder);
      return before;
    }
    return appendPromotion(folder, {
      version,
      manifestSha256,
      generation: generation + 1,
      promotedAt: new Date().toISOString(),
      ...(before !== undefined && { before: before.generation }),
    });
  }

  /**
   * Makes the version serve that served before the present one was promoted; again, the one before that.
   *
   * @throws AttuneError `wrong-use` where none is remembered, `bad-model` where it is damaged or was replaced since, `conflict`
   */
  async rollback(app: string, { expectedGeneration }: PromoteOptions = {}): Promise<Promotion> {
    const folder = this.folderOf(app);
    const present = await readCurrent(folder);
    if (expectedGeneration !== undefined && expectedGeneration !== (present?.generation ?? 0)) {
      throw overtaken(app, 'The version before', expectedGeneration, present);
    }
    const target = present?.before === undefined ? undefined : await readRecord(folder, present.before);
    if (present === undefined || target === undefined) {
      throw new AttuneError('wrong-use', `No version of ${app} is remembered that served before the present one.`, {
        remedy: 'Name the version that is to serve: attune models promote.',
      });
    }
    await this.verify(app, target.version);
    if ((await this.manifestSha256(app, target.version)) !== target.manifestSha256) throw replacedSince(app, target.version);
    return appendPromotion(folder, {
      version: target.version,
      manifestSha256: target.manifestSha256,
      generation: present.generation + 1,
      promotedAt: new Date().toISOString(),
      ...(target.before !== undefined && { before: target.before }),
    });
  }

  /**
   * Checks that a version's files are there and are those of its manifest.
   *
   * @throws AttuneError `bad-model` naming the first that is not, `missing-file` where there is no such version, `wrong-use`
   */
  async verify(app: string, version: string): Promise<Manifest> {
    const directory = await this.directoryOf(app, version);
    const manifest = await readManifest(directory);
    await verifyFiles(directory, manifest);
    return manifest;
  }

  /**
   * The version that serves, its manifest checked against the promotion. The manifest has the hashes of all other files, which whoever
   * loads them checks.
   *
   * @throws AttuneError `missing-file` where nothing was promoted, `bad-model` where the version was changed since
   */
  async open(app: string): Promise<StoredModel> {
    const promotion = await this.current(app);
    if (promotion === undefined) {
      throw new AttuneError('missing-file', `No version of ${app} was promoted in ${this.directory}.`, {
        remedy: `Promote one: attune models promote ${app} <version>.`,
      });
    }
    const { version, generation, manifestSha256 } = promotion;
    const directory = await this.directoryOf(app, version);
    const manifest = await readManifest(directory);
    if ((await this.manifestSha256(app, version)) !== manifestSha256) throw replacedSince(app, version);
    return { app, version, generation, manifestSha256, directory, manifest };
  }

  /**
   * Copies a model directory into the store, whole or not at all. It does not serve until it is promoted.
   *
   * @throws AttuneError `conflict` where the version exists, `bad-model` where the source is damaged
   */
  async add(app: string, version: string, source: string): Promise<string> {
    const folder = this.folderOf(app);
    assertStoreName('version', version);
    const target = join(folder, version);
    if ((await readFile(join(target, MANIFEST_FILE)).catch(() => undefined)) !== undefined) {
      throw new AttuneError('conflict', `${app} has a version ${version} already.`, { remedy: 'Give the new one another name.' });
    }
    const manifest = await readManifest(source);
    await verifyFiles(source, manifest);
    await assertReplaceable(target);
    await writeDirectoryAtomically(target, async (staging) => {
      for (const path of [...Object.keys(manifest.files), MANIFEST_FILE]) {
        await cp(await resolveInside(source, path), join(staging, path), { recursive: true });
      }
      await verifyFiles(staging, manifest);
    });
    return target;
  }

  private folderOf(app: string): string {
    assertStoreName('application', app);
    return join(this.directory, app);
  }

  /** Links that lead out of the store are not followed. */
  private async directoryOf(app: string, version: string): Promise<string> {
    const folder = this.folderOf(app);
    assertStoreName('version', version);
    const directory = join(folder, version);
    if ((await stat(directory).catch(() => undefined)) === undefined) {
      throw new AttuneError('missing-file', `${app} has no version ${version} in ${this.directory}.`, {
        remedy: `See which there are: attune models list ${app}.`,
      });
    }
    return resolveInside(this.directory, `${app}/${version}`);
  }

  private async manifestSha256(app: string, version: string): Promise<string> {
    return sha256(await readFile(join(await this.directoryOf(app, version), MANIFEST_FILE)));
  }
}

async function folders(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() || entry.isSymbolicLink() ? [entry.name] : [])).sort();
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}

async function manifestOrProblem(directory: string): Promise<Pick<StoredVersion, 'manifest' | 'problem'>> {
  try {
    return { manifest: await readManifest(directory) };
  } catch (cause) {
    if (cause instanceof AttuneError) return { problem: cause };
    throw cause;
  }
}

function overtaken(app: string, version: string, expected: number, now: Promotion | undefined): AttuneError {
  const serves = now === undefined ? 'nothing serves' : `generation ${now.generation} (${now.version}) serves`;
  return new AttuneError('conflict', `${version} was not promoted: generation ${expected} of ${app} was expected, but ${serves}.`, {
    remedy: 'See what serves now (attune models current), and promote again if it is still wanted.',
  });
}

function replacedSince(app: string, version: string): AttuneError {
  return new AttuneError('bad-model', `Version ${version} of ${app} is not the one that was promoted: its manifest is another.`, {
    remedy: `Promote it again if the new one is to serve: attune models promote ${app} ${version}.`,
  });
}
