import { join } from 'node:path';
import { cacheDirectory, ModelStore, type ModelStoreOptions } from '@attune/artifact';
import { parseLocation } from './location';
import { S3Storage } from './s3/s3-storage';

export interface OpenModelStoreOptions extends ModelStoreOptions {
  /** Folder in which versions of an object store are kept on this machine; by default `models` in the cache of the set-up. */
  readonly cache?: string | undefined;
}

/**
 * Opens the model store at an address: `s3://bucket/prefix` for S3 and servers like it, anything else is the path of a folder. How S3 is reached
 * and with which credentials is said by the variables that every AWS SDK reads (AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_PROFILE
 * …), its configuration files, or the role of the machine. Nothing is asked of the server yet.
 *
 * The client of S3 is loaded for such an address alone: a program that uses a folder pays nothing for it.
 *
 * @throws AttuneError `bad-config` for an address that cannot be
 */
export async function openModelStore(address: string, { cache, ...options }: OpenModelStoreOptions = {}): Promise<ModelStore> {
  const location = parseLocation(address);
  if (location === undefined) return new ModelStore(address, options);
  return new ModelStore(await S3Storage.open(location, cache ?? join(cacheDirectory(), 'models')), options);
}
