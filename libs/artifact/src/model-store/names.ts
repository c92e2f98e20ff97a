import { AttuneError } from '../errors';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Names in an application's folder that are no versions, on file systems that do not tell case apart either. */
const RESERVED = new Set(['current']);

/** Whether a text can name an application or a version: it becomes one folder's name, and nothing else. */
export function isStoreName(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(name.toLowerCase());
}

/**
 * A name for a version that has none: versions stand in the order of their beginnings, as in `20260301-093000-1f0c2d3e`.
 *
 * @param id of the training or update, of which the first eight characters tell those of one second apart
 */
export function versionName(now: Date, id: string): string {
  const [date, time] = now.toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${id.slice(0, 8)}`;
}

/**
 * Refuses names that would leave the store, hide in it, or stand for something else in it.
 *
 * @throws AttuneError `wrong-use`
 */
export function assertStoreName(kind: 'application' | 'version', name: string): void {
  if (isStoreName(name)) return;
  throw new AttuneError(
    'wrong-use',
    `${JSON.stringify(name.slice(0, 200))} cannot be the name of ${kind === 'version' ? 'a' : 'an'} ${kind}.`,
    {
      remedy:
        'A name begins with a letter or digit, goes on with letters, digits, ".", "_" and "-", has 128 characters at most, and is not "current".',
    },
  );
}
