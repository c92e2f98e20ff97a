/** Whom a list is for: a reader by an id, or somebody of whom only the items are known that were looked at just now. */
export type Who = { readonly kind: 'reader'; readonly id: string } | { readonly kind: 'session'; readonly items: readonly string[] };

/** Most items of a session that the service reads. */
const LONGEST_SESSION = 100;
const ID = /^[\w.:@/-]{1,200}$/;

/** Whether a text may be the id of a reader or an item. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Whom the query of an address names; no id holds a comma. */
export function whoOf(search: URLSearchParams): Who | undefined {
  const id = search.get('reader');
  if (id !== null) return isId(id) ? { kind: 'reader', id } : undefined;
  const items = search.get('session');
  return items === null ? undefined : { kind: 'session', items: items.split(',').filter(isId).slice(-LONGEST_SESSION) };
}

/** The query of an address that names somebody. */
export function searchOf(who: Who): Record<string, string> {
  return who.kind === 'reader' ? { reader: who.id } : { session: who.items.join(',') };
}

/** By which queries and lists of the same person are known. */
export function nameOf(who: Who): string {
  return who.kind === 'reader' ? `reader ${who.id}` : 'session';
}

/** A session in which an item was looked at last. */
export function withItem(items: readonly string[], item: string): readonly string[] {
  return [...items.filter((other) => other !== item), item].slice(-LONGEST_SESSION);
}
