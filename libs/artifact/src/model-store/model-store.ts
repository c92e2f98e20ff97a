import { join } from 'node:path';
import { AttuneError } from '../errors';
import { MANIFEST_FILE, parseManifest, readManifest, verifyFiles, type Manifest } from '../manifest';
import { sha256, sha256OfFile } from '../sha256';
import { FolderStorage } from './folder-storage';
import type { ModelStorage, StoredManifest, TellLeft } from './model-storage';
import { assertStoreName, isStoreName } from './names';
import { leftUndone, type NewPromotion, type Promotion } from './promotion';
import type { Shadow, ShadowChange, VersionName } from './shadow';
import { assertShare, Shadows } from './shadows';

/** A version in the store, as `list` finds it. */
export interface StoredVersion {
  readonly version: string;
  /** Its folder, or its address in an object store. */
  readonly location: string;
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
  /** On this machine. */
  readonly directory: string;
  readonly manifest: Manifest;
}

export interface PromoteOptions {
  /** Promote only if this generation still serves (0: none); by default the one that serves when the call begins. */
  expectedGeneration?: number;
}

export interface ModelStoreOptions {
  /** Told where a promotion was decided, and what it leaves could not be put in order; by default Node prints a warning. */
  readonly onLeft?: TellLeft | undefined;
}

/**
 * The models of a machine, a shared volume or a bucket, by application and version, and which version of each application serves. Several
 * processes may use a store at once.
 */
export class ModelStore {
  private readonly storage: ModelStorage;
  private readonly shadows: Shadows;
  private readonly tellLeft: TellLeft;

  /** @param storage what it is kept in; a text is the path of a folder */
  constructor(storage: ModelStorage | string, { onLeft = (problem) => process.emitWarning(problem) }: ModelStoreOptions = {}) {
    this.storage = typeof storage === 'string' ? new FolderStorage(storage) : storage;
    this.shadows = new Shadows(this.storage);
    this.tellLeft = onLeft;
  }

  /** Where it lies, as a person names it. */
  get location(): string {
    return this.storage.location;
  }

  /** Applications that have a folder in the store. */
  async apps(): Promise<string[]> {
    return (await this.storage.apps()).filter(isStoreName);
  }

  /**
   * The versions of an application, by name; none where it has no folder.
   *
   * @throws AttuneError `wrong-use` for a name that cannot be
   */
  async list(app: string): Promise<StoredVersion[]> {
    assertStoreName('application', app);
    const current = await this.storage.current(app);
    const found: StoredVersion[] = [];
    for (const version of (await this.storage.versions(app)).filter(isStoreName)) {
      const stored = await this.storage.manifest(app, version);
      if (stored === undefined) continue;
      const manifestSha256 = sha256(stored.text);
      const location = this.locationOf(app, version);
      const isCurrent = current?.version === version && current.manifestSha256 === manifestSha256;
      found.push({ version, location, manifestSha256, writtenAt: stored.writtenAt, isCurrent, ...manifestOrProblem(stored, location) });
    }
    return found;
  }

  /**
   * What serves; undefined where nothing was promoted.
   *
   * @throws AttuneError `bad-model` where `current` is of an unknown schema or damaged
   */
  async current(app: string): Promise<Promotion | undefined> {
    assertStoreName('application', app);
    return this.storage.current(app);
  }

  /** What served, the newest first, what serves included. */
  async history(app: string): Promise<Promotion[]> {
    assertStoreName('application', app);
    return this.storage.history(app);
  }

  /**
   * Makes a version the one that serves, after its files were checked. A version that serves already stays, with its generation.
   *
   * @throws AttuneError `bad-model` when the version is damaged or of an unknown schema, `missing-file` when there is none, `conflict` when
   *   another promotion came first
   */
  async promote(app: string, version: string, { expectedGeneration }: PromoteOptions = {}): Promise<Promotion> {
    assertNames(app, version);
    const before = await this.storage.current(app);
    const generation = before?.generation ?? 0;
    if (expectedGeneration !== undefined && expectedGeneration !== generation) throw overtaken(app, version, expectedGeneration, before);
    const { manifestSha256 } = await this.verified(app, version);
    const now = await this.storage.current(app);
    if ((now?.generation ?? 0) !== generation) throw overtaken(app, version, generation, now);
    if (before?.version === version && before.manifestSha256 === manifestSha256) {
      await this.storage.settle(app).catch((cause: unknown) => this.tellLeft(leftUndone(`${this.location}/${app}`, before, cause)));
      return before;
    }
    const promotion: NewPromotion = {
      version,
      manifestSha256,
      generation: generation + 1,
      promotedAt: new Date().toISOString(),
      ...(before !== undefined && { before: before.generation }),
    };
    return this.append(app, promotion);
  }

  /**
   * Makes the version serve that served before the present one was promoted; again, the one before that.
   *
   * @throws AttuneError `wrong-use` where none is remembered, `bad-model` where it is damaged or was replaced since, `conflict`
   */
  async rollback(app: string, { expectedGeneration }: PromoteOptions = {}): Promise<Promotion> {
    assertStoreName('application', app);
    const present = await this.storage.current(app);
    if (expectedGeneration !== undefined && expectedGeneration !== (present?.generation ?? 0)) {
      throw overtaken(app, 'The version before', expectedGeneration, present);
    }
    const target = present?.before === undefined ? undefined : await this.storage.record(app, present.before);
    if (present === undefined || target === undefined) {
      throw new AttuneError('wrong-use', `No version of ${app} is remembered that served before the present one.`, {
        remedy: 'Name the version that is to serve: attune models promote.',
      });
    }
    const { manifestSha256 } = await this.verified(app, target.version);
    if (manifestSha256 !== target.manifestSha256) throw replacedSince(app, target.version);
    const promotion: NewPromotion = {
      version: target.version,
      manifestSha256: target.manifestSha256,
      generation: present.generation + 1,
      promotedAt: new Date().toISOString(),
      ...(target.before !== undefined && { before: target.before }),
    };
    return this.append(app, promotion);
  }

  /** The candidate that scores beside what serves; undefined where there is none. */
  async shadow(app: string): Promise<Shadow | undefined> {
    assertStoreName('application', app);
    return this.shadows.current(app);
  }

  /** What was put in shadow and taken out, the newest change first. */
  async shadowChanges(app: string): Promise<ShadowChange[]> {
    assertStoreName('application', app);
    return this.shadows.changes(app);
  }

  /**
   * Lets a version score a share of what the version that serves is asked, in place of what was in shadow before. It answers nobody.
   *
   * @param share above 0, at most 1
   * @throws AttuneError `wrong-use` where the version serves, or nothing does, or for another share; `missing-file` where there is no such
   *   version, `bad-model` where it is damaged, `conflict` where another change came first
   */
  async startShadow(app: string, version: string, share: number): Promise<Shadow> {
    assertNames(app, version);
    assertShare(share);
    const current = await this.storage.current(app);
    const { manifestSha256 } = await this.verified(app, version);
    return this.shadows.start(app, { version, manifestSha256, share }, current);
  }

  /**
   * Ends what is in shadow.
   *
   * @returns what was; undefined where nothing was
   * @throws AttuneError `conflict` where another change came first
   */
  async stopShadow(app: string): Promise<Shadow | undefined> {
    assertStoreName('application', app);
    return this.shadows.end(app, 'stopped');
  }

  /**
   * Opens a version by the hash of its manifest, whether it serves or not.
   *
   * @throws AttuneError `bad-model` where the version was changed since, `missing-file`, `dependency-unavailable`
   */
  async openVersion(app: string, { version, manifestSha256 }: VersionName): Promise<StoredModel> {
    assertNames(app, version);
    const generation = (await this.storage.current(app))?.generation ?? 0;
    return this.openPromised(app, { version, manifestSha256, generation });
  }

  /**
   * Checks that a version's files are there and are those of its manifest.
   *
   * @throws AttuneError `bad-model` naming the first that is not, `missing-file` where there is no such version, `wrong-use`
   */
  async verify(app: string, version: string): Promise<Manifest> {
    return (await this.verified(app, version)).manifest;
  }

  /**
   * A file of a version; undefined where its manifest lists no such file.
   *
   * @throws AttuneError `missing-file` where there is no such version, `bad-model` where the file is not that of the manifest
   */
  async readFile(app: string, version: string, path: string): Promise<Uint8Array | undefined> {
    const { manifest } = await this.manifestOf(app, version);
    if (!(path in manifest.files)) return undefined;
    const content = await this.storage.readFile(app, version, path);
    if (sha256(content) === manifest.files[path].sha256) return content;
    throw new AttuneError('bad-model', `${this.locationOf(app, version)}/${path} is not the file that the manifest describes.`, {
      remedy: 'Copy or export the model again.',
    });
  }

  /**
   * The version that serves, its manifest checked against the promotion. The manifest has the hashes of all other files, which whoever
   * loads them checks. Where the store cannot be reached, the version that served when it last could, if it is on this machine.
   *
   * @throws AttuneError `missing-file` where nothing was promoted, `bad-model` where the version was changed since, `dependency-unavailable`
   */
  async open(app: string): Promise<StoredModel> {
    assertStoreName('application', app);
    const promotion = await this.promotionToServe(app);
    if (promotion === undefined) {
      throw new AttuneError('missing-file', `No version of ${app} was promoted in ${this.location}.`, {
        remedy: `Promote one: attune models promote ${app} <version>.`,
      });
    }
    return this.openPromised(app, promotion);
  }

  private async openPromised(
    app: string,
    { version, generation, manifestSha256 }: Pick<Promotion, 'version' | 'generation' | 'manifestSha256'>,
  ): Promise<StoredModel> {
    const directory = await this.storage.directory(app, version, manifestSha256);
    const manifest = await readManifest(directory);
    if ((await sha256OfFile(join(directory, MANIFEST_FILE))) !== manifestSha256) throw replacedSince(app, version);
    return { app, version, generation, manifestSha256, directory, manifest };
  }

  /**
   * Copies a model directory into the store, whole or not at all. It does not serve until it is promoted.
   *
   * @returns where it lies
   * @throws AttuneError `conflict` where the version exists, `bad-model` where the source is damaged
   */
  async add(app: string, version: string, source: string): Promise<string> {
    assertNames(app, version);
    if ((await this.storage.manifest(app, version)) !== undefined) throw versionExists(app, version);
    const manifest = await readManifest(source);
    await verifyFiles(source, manifest);
    return this.storage.add(app, version, source, manifest);
  }

  /** What serves is no shadow any more. */
  private async append(app: string, promotion: NewPromotion): Promise<Promotion> {
    const made = await this.storage.append(app, promotion, this.tellLeft);
    await this.shadows
      .end(app, 'promoted', made)
      .catch((cause: unknown) => this.tellLeft(leftUndone(`${this.location}/${app}`, made, cause)));
    return made;
  }

  private async promotionToServe(app: string): Promise<Promotion | undefined> {
    try {
      return await this.storage.current(app);
    } catch (cause) {
      const known = cause instanceof AttuneError && cause.code === 'dependency-unavailable' ? await this.storage.lastKnown(app) : undefined;
      if (known === undefined) throw cause;
      return known;
    }
  }

  private async verified(app: string, version: string): Promise<{ manifest: Manifest; manifestSha256: string }> {
    const found = await this.manifestOf(app, version);
    await this.storage.verify(app, version, found.manifest);
    return found;
  }

  private async manifestOf(app: string, version: string): Promise<{ manifest: Manifest; manifestSha256: string }> {
    assertNames(app, version);
    const stored = await this.storage.manifest(app, version);
    if (stored === undefined) {
      throw new AttuneError('missing-file', `${app} has no version ${version}, with its ${MANIFEST_FILE}, in ${this.location}.`, {
        remedy: `See which there are: attune models list ${app}.`,
      });
    }
    const manifest = parseManifest(stored.text, `${this.locationOf(app, version)}/${MANIFEST_FILE}`);
    return { manifest, manifestSha256: sha256(stored.text) };
  }

  private locationOf(app: string, version: string): string {
    return `${this.location}/${app}/${version}`;
  }
}

function assertNames(app: string, version: string): void {
  assertStoreName('application', app);
  assertStoreName('version', version);
}

function manifestOrProblem({ text }: StoredManifest, location: string): Pick<StoredVersion, 'manifest' | 'problem'> {
  try {
    return { manifest: parseManifest(text, `${location}/${MANIFEST_FILE}`) };
  } catch (cause) {
    if (cause instanceof AttuneError) return { problem: cause };
    throw cause;
  }
}

/** A version is never written over. */
export function versionExists(app: string, version: string): AttuneError {
  return new AttuneError('conflict', `${app} has a version ${version} already.`, { remedy: 'Give the new one another name.' });
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
