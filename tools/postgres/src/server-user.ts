import { chown, readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/artifact';

/** Who the server runs as. PostgreSQL refuses root, who therefore starts it as another user. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In the order of preference: the customary user, and the one that every Unix has. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * The user to start the server as; undefined where this process's own will do.
 *
 * @throws AttuneError `setup-missing` where this process is root's and there is no other user
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const candidate of CANDIDATES) {
    const found = users.split('\n').find((line) => line.startsWith(`${candidate}:`));
    const [name, , uid, gid] = found?.split(':') ?? [];
    if (name !== undefined && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new AttuneError('setup-missing', 'PostgreSQL refuses to run as root, and this system has no user called postgres or nobody.', {
    remedy: 'Add one, or run this as another user; or let DATABASE_URL name a server.',
  });
}

/** Gives a folder to the user. */
export async function giveTo(user: ServerUser | undefined, path: string): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** What makes `spawn` run a program as the user. */
export function asUser(user: ServerUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}
