import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelStore } from '@attune/artifact';
import { createBucket, eraseObject, type ModelStorePlace, type S3Address } from '@attune/testing';
import { openModelStore } from '../src';
import type { ObjectStoreLocation } from '../src/location';

const PREFIX = 'team/models';

/** A model store in a bucket of its own, and a folder for caches. */
export interface StoreInBucket extends ModelStorePlace {
  readonly address: string;
  readonly location: ObjectStoreLocation;
  readonly cache: string;
  /** What other processes reach it with. */
  readonly variables: Record<string, string>;
  open(cache?: string): Promise<ModelStore>;
}

/** Makes an empty model store in a server. Until it is removed, this process's own variables lead there. */
export async function storeInBucket(server: S3Address): Promise<StoreInBucket> {
  const bucket = `attune-${randomUUID()}`;
  const variables = await createBucket(server, bucket);
  const cache = await mkdtemp(join(tmpdir(), 'attune-model-cache-'));
  const files = join(server.bucketsFolder, bucket, PREFIX);
  const address = `s3://${bucket}/${PREFIX}`;
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  return {
    address,
    location: { bucket, prefix: PREFIX },
    cache,
    variables,
    files,
    open: (folder = cache) => openModelStore(address, { cache: folder }),
    erase: (path) => eraseObject(server, join(bucket, PREFIX, path)),
    remove: async () => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      await rm(cache, { recursive: true, force: true });
      await eraseObject(server, bucket);
    },
  };
}
