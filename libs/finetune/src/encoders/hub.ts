import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError } from '@attune/artifact';

/** Files of a repository that an encoder needs; everything else stays on the hub. */
const WANTED =
  /^(config\.json|model\.safetensors|model\.safetensors\.index\.json|model-\d+-of-\d+\.safetensors|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|vocab\.txt|vocab\.json|merges\.txt|modules\.json|1_Pooling\/config\.json|\d+_Dense\/(config\.json|model\.safetensors))$/;

/** Written last: a snapshot without it is not whole. */
const COMPLETE = '.complete';

const COMMIT = /^[0-9a-f]{40}$/;

interface HubAccess {
  hubUrl: string | undefined;
  accessToken: string | undefined;
}

function hubAccess(environment: Record<string, string | undefined>): HubAccess {
  const endpoint = environment.HF_ENDPOINT?.replace(/\/+$/, '');
  return { hubUrl: endpoint === '' ? undefined : endpoint, accessToken: environment.HF_TOKEN === '' ? undefined : environment.HF_TOKEN };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
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
  if (status !== undefined) {
    return new AttuneError('missing-file', `encoder "${reference}": ${hub} answered with status ${status}`, {
      remedy: 'Try again later.',
      cause: error,
    });
  }
  const reason = error instanceof Error ? rootMessage(error) : String(error);
  return new AttuneError('missing-file', `encoder "${reference}": ${hub} cannot be reached and the model is not in the cache (${reason})`, {
    remedy: 'Check the network, set HF_ENDPOINT to a mirror, or give a folder that holds the model.',
    cause: error,
  });
}

function rootMessage(error: Error): string {
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
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

async function saveBlob(blob: Blob, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  const handle = await open(partial, 'w');
  try {
    let written = 0;
    for await (const chunk of blob.stream()) {
      await handle.writeFile(chunk);
      written += chunk.byteLength;
    }
    if (written !== blob.size) throw new Error(`the download of ${file} ended after ${written} of ${blob.size} bytes`);
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    if (isDiskFull(error))
      throw new AttuneError('disk-full', `${file}: no space left on the disk`, { remedy: 'Free some space and run again.', cause: error });
    throw error;
  }
}

async function download(name: string, revision: string, folder: string, access: HubAccess): Promise<string> {
  const { downloadFile, modelInfo } = await import('@huggingface/hub');
  const credentials = { hubUrl: access.hubUrl, accessToken: access.accessToken };
  const info = await modelInfo({ name, revision, additionalFields: ['sha', 'filePaths'], ...credentials });
  if (!COMMIT.test(info.sha)) throw new Error(`the hub names the commit "${info.sha}"`);
  const directory = join(folder, 'snapshots', info.sha);
  if (!existsSync(join(directory, COMPLETE))) {
    const paths = info.filePaths.filter((path) => WANTED.test(path));
    if (!paths.includes('config.json')) {
      throw new AttuneError('bad-model', `encoder "${name}": the repository has no config.json`, {
        remedy: 'Choose the id of an encoder with safetensors weights.',
      });
    }
    if (!paths.some((path) => /^model.*\.safetensors$/.test(path))) {
      throw new AttuneError('bad-model', `encoder "${name}": the repository has no safetensors weights`, {
        remedy: 'Choose another revision or model; pickled weights (pytorch_model.bin) can execute code and are not read.',
      });
    }
    for (const path of paths) {
      if (existsSync(join(directory, path))) continue;
      const blob = await downloadFile({ repo: name, path, revision: info.sha, ...credentials });
      if (blob === null) throw new Error(`the hub does not give ${path}`);
      await saveBlob(blob, join(directory, path));
    }
    await writeFile(join(directory, COMPLETE), '');
  }
  if (revision !== info.sha) {
    await mkdir(join(folder, 'refs'), { recursive: true });
    await writeFile(join(folder, 'refs', encodeURIComponent(revision)), info.sha);
  }
  return directory;
}

/**
 * The folder of a hub repository's files, downloaded on first use; later calls need no network. Honours `HF_ENDPOINT` (a
 * mirror) and `HF_TOKEN`. Files are complete or absent: each is written under another name first, and a broken download goes
 * on with the files that are missing.
 *
 * @param reference `org/name` or `org/name@revision`; the revision is a branch, a tag or a commit, `main` without it.
 * @param cache Folder of all snapshots.
 * @throws AttuneError `missing-file` where the hub has no such model or cannot be reached, `bad-model` for a repository
 *   without safetensors weights, `disk-full`.
 */
export async function hubSnapshot(
  reference: string,
  cache: string,
  environment: Record<string, string | undefined> = process.env,
): Promise<string> {
  const [name, revision = 'main'] = reference.split('@');
  const folder = join(cache, `models--${name.replace('/', '--')}`);
  const cached = await cachedSnapshot(folder, revision);
  if (cached !== undefined) return cached;
  const access = hubAccess(environment);
  try {
    return await download(name, revision, folder, access);
  } catch (error) {
    throw hubError(reference, access, error);
  }
}
