import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError, isDiskFull } from '@attune/artifact';
import { readEncoderConfig } from './encoder-config';
import { isWeights, snapshotFiles } from './hub-snapshot-files';

/** How far the download of a file is. */
export interface DownloadProgress {
  /** Path in the repository. */
  file: string;
  receivedBytes: number;
  totalBytes: number;
}

export type OnDownload = (progress: DownloadProgress) => void;

type Environment = Record<string, string | undefined>;

/** Written last: a snapshot without it is not whole. */
const COMPLETE = '.complete';

const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^"?([0-9a-f]{64})"?$/;

interface HubAccess {
  hubUrl: string | undefined;
  accessToken: string | undefined;
}

function hubAccess(environment: Environment): HubAccess {
  const endpoint = environment.HF_ENDPOINT?.replace(/\/+$/, '');
  return { hubUrl: endpoint === '' ? undefined : endpoint, accessToken: environment.HF_TOKEN === '' ? undefined : environment.HF_TOKEN };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function rootMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('cause' in error && error.cause !== undefined) return rootMessage(error.cause);
  return 'message' in error ? String(error.message) : String(error);
}

function hubError(reference: string, access: HubAccess, error: unknown): AttuneError {
  if (error instanceof AttuneError) return error;
  const hub = access.hubUrl ?? 'the hub';
  const status = statusOf(error);
  if (status === 401 || status === 403 || status === 404) {
    return new AttuneError('missing-file', `encoder "${reference}": ${hub} has no such model, or it is not public (status ${status})`, {
      remedy: 'Check the id and revision; for a private or gated model set HF_TOKEN.',
      cause: error,
    });
  }
  const reason = status === undefined ? rootMessage(error) : `status ${status}`;
  return new AttuneError('missing-file', `encoder "${reference}": not in the cache, and it could not be fetched from ${hub} (${reason})`, {
    remedy: 'Check the network and try again, set HF_ENDPOINT to a mirror, or give a folder that holds the model.',
    cause: error,
  });
}

/** The snapshot of a revision that an earlier call completed. */
async function cachedSnapshot(folder: string, revision: string): Promise<string | undefined> {
  let commit = revision;
  if (!COMMIT.test(revision)) {
    const reference = join(folder, 'refs', encodeURIComponent(revision));
    if (!existsSync(reference)) return undefined;
    commit = (await readFile(reference, 'utf8')).trim();
    if (!COMMIT.test(commit)) return undefined;
  }
  const directory = join(folder, 'snapshots', commit);
  return existsSync(join(directory, COMPLETE)) ? directory : undefined;
}

/** Writes a download under another name and gives it its own once its size, and its SHA-256 where the hub names it, are right. */
async function saveBlob(blob: Blob, file: string, etag: string, onBytes: (received: number) => void): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  const handle = await open(partial, 'w');
  try {
    const hash = createHash('sha256');
    let received = 0;
    for await (const chunk of blob.stream()) {
      await handle.writeFile(chunk);
      hash.update(chunk);
      received += chunk.byteLength;
      onBytes(received);
    }
    if (received !== blob.size) throw new Error(`the download ended after ${received} of ${blob.size} bytes`);
    const expected = SHA256.exec(etag)?.[1];
    if (expected !== undefined && hash.digest('hex') !== expected) throw new Error(`the checksum of ${file} is wrong`);
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    if (isDiskFull(error)) {
      throw new AttuneError('disk-full', `${file}: no space left on the disk`, { remedy: 'Free some space and run again.', cause: error });
    }
    throw error;
  }
}

async function fetchFile(
  name: string,
  revision: string,
  path: string,
  file: string,
  access: HubAccess,
  onDownload: OnDownload | undefined,
): Promise<void> {
  const { downloadFile, fileDownloadInfo } = await import('@huggingface/hub');
  const source = { repo: name, path, revision, hubUrl: access.hubUrl, accessToken: access.accessToken };
  const downloadInfo = await fileDownloadInfo(source);
  // Plain HTTP is what mirrors serve; the chunked protocol would ask another host.
  const blob = downloadInfo === null ? null : await downloadFile({ ...source, downloadInfo, xet: false });
  if (downloadInfo === null || blob === null) throw new Error(`there is no ${path}`);
  await saveBlob(blob, file, downloadInfo.etag, (receivedBytes) => onDownload?.({ file: path, receivedBytes, totalBytes: blob.size }));
}

async function fetchSnapshot(
  name: string,
  commit: string,
  directory: string,
  repositoryFiles: readonly string[],
  access: HubAccess,
  onDownload: OnDownload | undefined,
): Promise<void> {
  const paths = snapshotFiles(repositoryFiles);
  if (paths[0] !== 'config.json') {
    throw new AttuneError('bad-model', `encoder "${name}": the repository has no config.json`, { remedy: 'Choose the id of an encoder.' });
  }
  if (!paths.some(isWeights)) {
    throw new AttuneError('bad-model', `encoder "${name}": the repository has no safetensors weights`, {
      remedy: 'Choose another model or revision; pickled weights (pytorch_model.bin) can execute code and are not read.',
    });
  }
  for (const path of paths) {
    const file = join(directory, path);
    if (!existsSync(file)) await fetchFile(name, commit, path, file, access, onDownload);
    if (path === 'config.json') await readEncoderConfig(directory);
  }
  await writeFile(join(directory, COMPLETE), '');
}

async function download(
  name: string,
  revision: string,
  folder: string,
  access: HubAccess,
  onDownload: OnDownload | undefined,
): Promise<string> {
  const { modelInfo } = await import('@huggingface/hub');
  const { hubUrl, accessToken } = access;
  const info = await modelInfo({ name, revision, additionalFields: ['sha', 'filePaths'], hubUrl, accessToken });
  if (!COMMIT.test(info.sha)) throw new Error(`it names the commit "${info.sha}"`);
  const directory = join(folder, 'snapshots', info.sha);
  if (!existsSync(join(directory, COMPLETE))) await fetchSnapshot(name, info.sha, directory, info.filePaths, access, onDownload);
  if (revision !== info.sha) {
    await mkdir(join(folder, 'refs'), { recursive: true });
    await writeFile(join(folder, 'refs', encodeURIComponent(revision)), info.sha);
  }
  return directory;
}

/**
 * The folder of a hub repository's files, downloaded on first use; later calls need no network. Honours `HF_ENDPOINT` (a
 * mirror) and `HF_TOKEN`. Files are complete or absent: each is written under another name first, and after a broken download
 * the next call fetches only what is missing.
 *
 * @param reference `org/name` or `org/name@revision`; the revision is a branch, a tag or a commit, `main` without it.
 * @param cache Folder of all snapshots.
 * @throws AttuneError `missing-file` where the hub has no such model or cannot be reached, `bad-model` for a repository
 *   without safetensors weights, `unsupported-encoder` before its weights are fetched, `disk-full`.
 */
export async function hubSnapshot(
  reference: string,
  cache: string,
  { environment = process.env, onDownload }: { environment?: Environment; onDownload?: OnDownload } = {},
): Promise<string> {
  const [name, revision = 'main'] = reference.split('@');
  const folder = join(cache, `models--${name.replace('/', '--')}`);
  const cached = await cachedSnapshot(folder, revision);
  if (cached !== undefined) return cached;
  const access = hubAccess(environment);
  try {
    return await download(name, revision, folder, access, onDownload);
  } catch (error) {
    throw hubError(reference, access, error);
  }
}
