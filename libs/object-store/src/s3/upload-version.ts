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
  try {
    await clearFolder(bucket, `${app}/${version}/`, manifest, claim.leftBehind);
    await eachOf(files, async ([path, described]) => {
      const key = `${app}/${version}/${path}`;
      if (await bucket.holdsFile(key, described)) return;
      await bucket.putFile(key, await resolveInside(source, path), described);
    });
    // Whoever took the claim over may have written other files meanwhile.
    await claim.renew();
    const written = await bucket.putIf(`${app}/${version}/${MANIFEST_FILE}`, manifestText, 'absent');
    if (written === undefined) throw versionExists(app, version);
  } catch (error) {
    await claim.leave();
    throw error;
  }
  await claim.release();
}

/** Removes what an abandoned upload left, and refuses what is nobody's. */
async function clearFolder(bucket: Bucket, start: string, manifest: Manifest, leftBehind: readonly string[] | undefined): Promise<void> {
  for (const key of await bucket.keys(start)) {
    const path = key.slice(start.length);
    if (path in manifest.files) continue;
    if (path === MANIFEST_FILE || leftBehind?.includes(path) !== true) {
      throw new AttuneError('wrong-use', `${bucket.address}/${key} is there already and is not part of the model.`, {
        remedy: 'Give the version another name, or remove what lies there.',
      });
    }
    await bucket.delete(key);
  }
}
