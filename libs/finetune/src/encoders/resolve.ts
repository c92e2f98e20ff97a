import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { AttuneError, cacheDirectory } from '@attune/artifact';
import { hubSnapshot, type OnDownload } from './hub';

export interface ResolvedEncoder {
  id: string;
  directory: string;
}

/** `org/name`, optionally with `@revision`, as the hub allows it. */
const HUB_ID = /^[\w][\w.-]*\/[\w][\w.-]*(@[\w][\w./-]*)?$/;

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

async function installedEncoders(folder: string): Promise<string> {
  const names = isDirectory(folder) ? await readdir(folder) : [];
  return names.length === 0 ? 'none is' : `installed: ${names.sort().join(', ')}`;
}

/**
 * Finds the folder of an encoder: a local folder if there is one of that name, else the set-up's encoder of that name, else
 * a snapshot of the hub's repository, downloaded once.
 *
 * @throws AttuneError `missing-file` for a folder that is not there, `setup-missing` for a name that the set-up has not
 *   installed, `missing-file` where the hub does not have it or cannot be reached.
 */
export async function resolveEncoder(
  reference: string,
  { cache = cacheDirectory(), onDownload }: { cache?: string; onDownload?: OnDownload } = {},
): Promise<ResolvedEncoder> {
  if (reference === '')
    throw new AttuneError('bad-config', 'encoder: is empty', { remedy: "Give a folder, a hub id or the set-up encoder's name." });
  if (isDirectory(reference)) {
    const directory = resolve(reference);
    return { id: basename(directory), directory };
  }
  if (HUB_ID.test(reference)) return { id: reference, directory: await hubSnapshot(reference, join(cache, 'hub'), { onDownload }) };
  if (isAbsolute(reference) || /^\.|[\\/]/.test(reference)) {
    throw new AttuneError('missing-file', `encoder "${reference}": there is no such folder`, {
      remedy: 'Give a folder with config.json, model.safetensors and tokenizer.json, or a hub id such as org/name.',
    });
  }
  const directory = join(cache, 'encoders', reference);
  if (isDirectory(directory)) return { id: reference, directory };
  throw new AttuneError('setup-missing', `encoder "${reference}" is not installed (${await installedEncoders(join(cache, 'encoders'))})`, {
    remedy: 'Run `npx attune setup` for the default encoder, or give a folder or a hub id such as org/name.',
  });
}
