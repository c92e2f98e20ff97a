import { cp, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertReplaceable, writeDirectoryAtomically } from '../atomic-directory';
import { AttuneError } from '../errors';
import { isMissing } from '../file-errors';
import { MANIFEST_FILE, verifyFiles, type Manifest } from '../manifest';
import { resolveInside } from '../safe-path';
import type { ModelStorage, StoredManifest, TellLeft } from './model-storage';
import { appendPromotion, readCurrent, readHistory, readRecord, settle } from './promotion-log';
import type { NewPromotion, Promotion } from './promotion';
import type { NewShadowChange, ShadowChange } from './shadow';
import { appendShadowChange, readShadowChanges } from './shadow-log';

/** Versions in a folder of this machine or of a shared volume. Several processes may use it at once. */
export class FolderStorage implements ModelStorage {
  readonly location: string;

  constructor(directory: string) {
    this.location = resolve(directory);
  }

  apps(): Promise<string[]> {
    return folders(this.location);
  }

  versions(app: string): Promise<string[]> {
    return folders(this.folderOf(app));
  }

  async manifest(app: string, version: string): Promise<StoredManifest | undefined> {
    if ((await stat(join(this.folderOf(app), version)).catch(() => undefined)) === undefined) return undefined;
    const file = join(await this.directory(app, version), MANIFEST_FILE);
    try {
      return { text: await readFile(file, 'utf8'), writtenAt: (await stat(file)).mtime };
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw new AttuneError('bad-model', `${file} cannot be read.`, { cause });
    }
  }

  async readFile(app: string, version: string, path: string): Promise<Uint8Array> {
    return readFile(await resolveInside(await this.directory(app, version), path));
  }

  async verify(app: string, version: string, manifest: Manifest): Promise<void> {
    await verifyFiles(await this.directory(app, version), manifest);
  }

  current(app: string): Promise<Promotion | undefined> {
    return readCurrent(this.folderOf(app));
  }

  lastKnown(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  record(app: string, generation: number): Promise<Promotion | undefined> {
    return readRecord(this.folderOf(app), generation);
  }

  history(app: string): Promise<Promotion[]> {
    return readHistory(this.folderOf(app));
  }

  append(app: string, promotion: NewPromotion, tellLeft: TellLeft): Promise<Promotion> {
    return appendPromotion(this.folderOf(app), promotion, tellLeft);
  }

  settle(app: string): Promise<void> {
    return settle(this.folderOf(app));
  }

  shadowChanges(app: string, most?: number): Promise<ShadowChange[]> {
    return readShadowChanges(this.folderOf(app), most);
  }

  appendShadowChange(app: string, change: NewShadowChange): Promise<ShadowChange> {
    return appendShadowChange(this.folderOf(app), change);
  }

  /** Links that lead out of the store are not followed. Whoever loads the files checks them. */
  directory(app: string, version: string): Promise<string> {
    return resolveInside(this.location, `${app}/${version}`);
  }

  async add(app: string, version: string, source: string, manifest: Manifest): Promise<string> {
    const target = join(this.folderOf(app), version);
    await assertReplaceable(target);
    await writeDirectoryAtomically(
      target,
      async (staging) => {
        for (const path of [...Object.keys(manifest.files), MANIFEST_FILE]) {
          await cp(await resolveInside(source, path), join(staging, path), { recursive: true });
        }
        await verifyFiles(staging, manifest);
      },
      () =>
        new AttuneError('conflict', `Somebody else wrote version ${version} of ${app} meanwhile.`, {
          remedy: 'Versions are never written over: name another one.',
        }),
    );
    return target;
  }

  private folderOf(app: string): string {
    return join(this.location, app);
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
