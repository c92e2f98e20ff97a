import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The cache that the set-up fills and all checkouts share: `$ATTUNE_CACHE`, or `attune` in `$XDG_CACHE_HOME` or `~/.cache`.
 * A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification asks.
 */
export function cacheDirectory(environment: Record<string, string | undefined> = process.env): string {
  const { ATTUNE_CACHE: own, XDG_CACHE_HOME: xdg } = environment;
  if (own) return resolve(own);
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'attune');
}
