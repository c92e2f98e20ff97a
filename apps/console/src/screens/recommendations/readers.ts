import { newKey } from '../../api/new-key';
import { pageState } from '../../api/page-state';
import type { Who } from './who';

/** Most readers that are remembered. */
const MOST = 12;

/** Whom lists were made for in this page, kept in its memory: the service does not list its readers. */
interface Remembered {
  /** Ids, the latest first. */
  readonly readers: readonly string[];
  readonly last: Who | undefined;
}

const remembered = pageState<Remembered>({ readers: [], last: undefined });

/** Remembers whom a list was made for. */
export function rememberWho(who: Who): void {
  const { readers: before } = remembered.get();
  const readers = who.kind === 'session' ? before : [who.id, ...before.filter((id) => id !== who.id)].slice(0, MOST);
  remembered.set({ readers, last: who });
}

export function useRemembered(): Remembered {
  return remembered.use();
}

/** An id that no reader has. */
export function inventReader(): string {
  return `reader-${newKey(6)}`;
}
