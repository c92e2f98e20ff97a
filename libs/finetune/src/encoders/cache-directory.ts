import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The cache that the set-up fills and all checkouts share: `$ATTUNE_CACHE`, else `$XDG_CACHE_HOME/attune`, else `~/.cache/attune`.
 * Encoders stand under `encoders/<name>`, files from the hub under `hub/`.
 */
export function cacheDirectory(environment: Record<string, string | undefined> = process.env): string {
  if (environment.ATTUNE_CACHE) return environment.ATTUNE_CACHE;
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'attune');
  return join(homedir(), '.cache', 'attune');
}
