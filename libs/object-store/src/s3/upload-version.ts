import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, MANIFEST_FILE, resolveInside, sha256, versionExists, type Manifest } from '@attune/artifact';
import type { Bucket } from './bucket';
import { eachOf } from './each-of';
import { UploadClaim } from './upload-claim';

/** Bytes that one request can write. */
const LARGEST_FILE = 5 * 1024 ** 3;

/**
 * Writes a version into a bucket: its files, and last its manifest, by which it is there. Until then readers see nothing of it. An upload that
 * was cut short goes on with the files that are missing.
 *
 * @throws AttuneError `conflict` where the version exists or another process is writing it, `wrong-use` where other objects lie there
 */
export async function uploadVersion(bucket: Bucket, app: string, version: string, source: string, manifest: Manifest): Promise<void> {
  const files = Object.entries(manifest.files);
  const tooLarge = files.find(([, { bytes }]) => bytes > LARGEST_FILE);
  if (tooLarge !== undefined) throw new AttuneError('wrong-use', `${join(source, tooLarge[0])} is larger than the 5 GiB of an object.`);
  const manifestText = await readFile(join(source, MANIFEST_FILE), 'utf8');
  const upload = { app, version, manifestSha256: sha256(manifestText), files: files.map(([path]) => path) };
  const claim = await UploadClaim.take(bucket, upload);
  let written: boolean;
  try {
    written = await writeVersion({ bucket, folder: `${app}/${version}`, source, manifest, manifestText, claim });
  } catch (error) {
    await claim.leave();
    throw error;
  }
  await claim.release();
  if (!written) throw versionExists(app, version);
}

interface VersionToWrite {
  readonly bucket: Bucket;
  /** Its key without the names of files. */
  readonly folder: string;
  readonly source: string;
  readonly manifest: Manifest;
  readonly manifestText: string;
  readonly claim: UploadClaim;
}

/** @returns false where a version is there already: another process may have written it just before it was claimed */
async function writeVersion({ bucket, folder, source, manifest, manifestText, claim }: VersionToWrite): Promise<boolean> {
  const manifestKey = `${folder}/${MANIFEST_FILE}`;
  const keys = await bucket.keys(`${folder}/`);
  if (keys.includes(manifestKey)) return false;
  const foreign = keys.filter((key) => !(key.slice(folder.length + 1) in manifest.files));
  await clearAway(bucket, folder, foreign, claim);
  await eachOf(Object.entries(manifest.files), async ([path, described]) => {
    const key = `${folder}/${path}`;
    if (await bucket.holdsFile(key, described)) return;
    await bucket.putFile(key, await resolveInside(source, path), described, claim);
  });
  // Whoever took the claim over may have written other files meanwhile.
  await claim.renew();
  return (await bucket.putIf(manifestKey, manifestText, 'absent')) !== undefined;
}

/** Removes what an abandoned upload left, and refuses what is nobody's. */
async function clearAway(bucket: Bucket, folder: string, keys: readonly string[], { leftBehind }: UploadClaim): Promise<void> {
  for (const key of keys) {
    if (leftBehind?.includes(key.slice(folder.length + 1)) !== true) {
      throw new AttuneError('wrong-use', `${bucket.address}/${key} is there already and is not part of the model.`, {
        remedy: 'Give the version another name, or remove what lies there.',
      });
    }
    await bucket.delete(key);
  }
}
