import { useSearchParams } from 'wouter';

/** What an address of the screen names. */
export interface Named {
  readonly head?: string | undefined;
  readonly version?: string | undefined;
  /** The version that another one is compared with. */
  readonly with?: string | undefined;
  readonly dataset?: string | undefined;
  readonly job?: string | undefined;
}

const NAMES = ['head', 'version', 'with', 'dataset', 'job'] as const;

/** The address of a part of the screen. @param part empty for the first */
export function addressOf(part: '' | 'compare' | 'data' | 'trainings' | 'updates' | 'audit', named: Named = {}): string {
  const query = queryOf(named).toString();
  return `/models${part === '' ? '' : `/${part}`}${query === '' ? '' : `?${query}`}`;
}

/** What the address names now, and a way to name something else in its place. */
export function useNamed(): [Named, (named: Named) => void] {
  const [query, setQuery] = useSearchParams();
  const named = Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? undefined]));
  return [named, (next) => setQuery(queryOf(next))];
}

function queryOf(named: Named): URLSearchParams {
  return new URLSearchParams(NAMES.flatMap((name) => (named[name] === undefined ? [] : [[name, named[name]]])));
}
