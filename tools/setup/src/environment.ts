import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the process's environment says to the set-up. Nothing else in this package reads `process.env`. */
export const environment = {
  /**
   * The folder shared by all checkouts: `ATTUNE_CACHE`, or `attune` in `XDG_CACHE_HOME`, or `~/.cache/attune`.
   * A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification asks.
   */
  get cacheDirectory(): string {
    const { ATTUNE_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
    if (own !== undefined && own !== '') return resolve(own);
    return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'attune');
  },

  /** CXX, the customary name of the C++ compiler to use. */
  get compiler(): string | undefined {
    const compiler = process.env.CXX;
    return compiler === '' ? undefined : compiler;
  },

  /** The environment of a child process: this one's, with changes. */
  withChanges(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    return { ...process.env, ...changes };
  },

  /** PATH with a folder put first, so that its programs are found. */
  pathWith(folder: string): string {
    return `${folder}:${process.env.PATH ?? ''}`;
  },
};
