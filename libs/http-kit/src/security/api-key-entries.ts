import type { StoredApiKey } from './api-key';
import { SCOPES, type Scope } from './scope';

const NAME = /^[\w.@-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/i;

/** Entries that could be read, and what is wrong with the others; no message shows an entry. */
export interface ApiKeyEntries {
  readonly keys: StoredApiKey[];
  readonly faults: string[];
}

/** Reads entries `name:scope:sha256`, separated by commas, blanks or lines; a line after `#` is a comment. */
export function parseApiKeyEntries(text: string): ApiKeyEntries {
  const keys: StoredApiKey[] = [];
  const faults: string[] = [];
  const entries = text.replace(/#.*$/gm, '').split(/[\s,]+/);
  entries
    .filter((entry) => entry !== '')
    .forEach((entry, index) => {
      const [name = '', scope = '', digest = '', ...rest] = entry.split(':');
      const fault = faultOf(name, scope, digest, rest.length, keys);
      if (fault === undefined) keys.push({ name, scope: scope as Scope, digest: Buffer.from(digest, 'hex') });
      else faults.push(`entry ${String(index + 1)} ${fault}`);
    });
  if (keys.length === 0 && faults.length === 0) faults.push('holds no key');
  return { keys, faults };
}

function faultOf(name: string, scope: string, digest: string, rest: number, earlier: readonly StoredApiKey[]): string | undefined {
  if (name.startsWith('attune_')) return 'is a key itself: keep the entry that attune api-key create printed beside it';
  if (digest === '' || rest > 0) return 'is not name:scope:sha256';
  if (!NAME.test(name)) return 'has a name with other than letters, digits and _ . @ -';
  if (!SCOPES.some((known) => known === scope)) return `has a scope other than ${SCOPES.join(', ')}`;
  if (!DIGEST.test(digest)) return 'has no SHA-256 of 64 hexadecimal digits';
  if (earlier.some((key) => key.name === name)) return 'repeats the name of an earlier one';
  return undefined;
}
