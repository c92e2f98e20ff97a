import { AttuneError } from '@attune/artifact';

/** A place in an object store: the bucket, and what all keys begin with. */
export interface ObjectStoreLocation {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** What S3 allows for the name of a bucket, dots left out, and what other servers allow besides. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;
const PREFIX_PART = /^[A-Za-z0-9!_.*'()=-]+$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+-]*):\/\//;

/**
 * Reads the address of a model store, as ATTUNE_MODELS has it.
 *
 * @returns the place in an object store for `s3://bucket/prefix`; undefined for the path of a folder
 * @throws AttuneError `bad-config` for an address of another kind, or one that names no bucket
 */
export function parseLocation(text: string): ObjectStoreLocation | undefined {
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined) return undefined;
  const [bucket, ...parts] = text.slice(scheme.length + '://'.length).split('/');
  const prefix = parts.filter((part) => part !== '');
  const fits = BUCKET.test(bucket) && prefix.every((part) => PREFIX_PART.test(part) && part !== '.' && part !== '..');
  if (scheme.toLowerCase() === 's3' && fits) return { bucket, prefix: prefix.join('/') };
  throw new AttuneError('bad-config', `A model store cannot lie in ${JSON.stringify(text)}.`, {
    remedy: 'Name a folder, or a bucket and a prefix of S3 or a server like it: s3://bucket/prefix.',
  });
}

/** The address of a place, as a person writes it. */
export function formatLocation({ bucket, prefix }: ObjectStoreLocation): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
}
