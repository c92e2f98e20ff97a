import { AttuneError } from '../errors';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Names in an application's folder that are no versions, on file systems that do not tell case apart either. */
const RESERVED = new Set(['current']);

/** Whether a text can name an application or a version: it becomes one folder's name, and nothing else. */
export function isStoreName(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(name.toLowerCase());
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
