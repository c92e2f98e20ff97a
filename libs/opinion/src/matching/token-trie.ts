/** A node; both members are made when they are needed, since most nodes have one of them. */
interface Node<Entry> {
  children: Map<string, Node<Entry>> | undefined;
  entries: Entry[] | undefined;
}

/** Token sequences with what they stand for. Finding all that start at a token takes as many steps as the longest of them has tokens. */
export class TokenTrie<Entry> {
  private readonly root: Node<Entry> = { children: undefined, entries: undefined };

  add(keys: readonly string[], entry: Entry): void {
    let node = this.root;
    for (const key of keys) {
      node.children ??= new Map();
      let next = node.children.get(key);
      if (next === undefined) node.children.set(key, (next = { children: undefined, entries: undefined }));
      node = next;
    }
    (node.entries ??= []).push(entry);
  }

  /** Removes the entries of a sequence that `isRemoved` names, and the nodes that nothing needs any more. */
  remove(keys: readonly string[], isRemoved: (entry: Entry) => boolean): void {
    this.prune(this.root, keys, 0, isRemoved);
  }

  /** Calls `found` for each sequence that starts at a position. `end` is the position after its last token. */
  search(tokens: readonly { readonly key: string }[], start: number, found: (entries: readonly Entry[], end: number) => void): void {
    let node: Node<Entry> | undefined = this.root;
    for (let position = start; position < tokens.length; position++) {
      node = node.children?.get(tokens[position].key);
      if (node === undefined) return;
      if (node.entries !== undefined) found(node.entries, position + 1);
    }
  }

  private prune(node: Node<Entry>, keys: readonly string[], depth: number, isRemoved: (entry: Entry) => boolean): boolean {
    if (depth === keys.length) {
      const kept = node.entries?.filter((entry) => !isRemoved(entry)) ?? [];
      node.entries = kept.length === 0 ? undefined : kept;
    } else {
      const child = node.children?.get(keys[depth]);
      if (child !== undefined && this.prune(child, keys, depth + 1, isRemoved)) node.children?.delete(keys[depth]);
      if (node.children?.size === 0) node.children = undefined;
    }
    return node.children === undefined && node.entries === undefined;
  }
}
