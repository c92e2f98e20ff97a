import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from './scope';

/** A key as the service knows it: never the key itself. */
export interface StoredApiKey {
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the key. A key is 256 random bits, so nothing slower is needed: there is no dictionary to try. */
  readonly digest: Buffer;
}

/** Whose request it is. */
export interface Identity {
  readonly name: string;
  readonly scope: Scope;
}

/**
 * Makes a key.
 *
 * @returns the key, which is shown once, and the entry `name:scope:sha256` for ATTUNE_API_KEYS or its file
 */
export function createApiKey(name: string, scope: Scope): { key: string; entry: string } {
  const key = `attune_${randomBytes(32).toString('base64url')}`;
  return { key, entry: `${name}:${scope}:${digestOfKey(key).toString('hex')}` };
}

/** SHA-256 of a key. */
export function digestOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
